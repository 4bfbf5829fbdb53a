import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.agreements.tables.learners import LEARNERS
from services.agreements.tables.memoranda import MEMORANDA
from services.agreements.tables.metadata import METADATA

LEARNING_AGREEMENTS = sa.Table(
    "learning_agreements",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("learner_id", sa.Uuid, sa.ForeignKey(LEARNERS.c.id), nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("memorandum_id", sa.Uuid, sa.ForeignKey(MEMORANDA.c.id), nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("signatures", JSONB, nullable=False),
    sa.Column("started_on", sa.Date),
    sa.Column("started_by_clock", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("completed_on", sa.Date),
    # How the last change ended, and whether one was ever agreed: kept for counting, by `end_change` alone.
    sa.Column("last_change", sa.Text),
    sa.Column("changed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cancelled_because", sa.Text),  # read by the version before `ending`
    sa.Column("proposal", JSONB(none_as_null=True)),
    sa.Column("contacts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("ending", JSONB(none_as_null=True)),
    sa.Column("complement", JSONB(none_as_null=True)),
    # The host does not see the learner, and has to be told that nothing is written about the learner any more.
    sa.Column("learner_erased", sa.Boolean, nullable=False, server_default=sa.false()),
    # Days as text sort as days do, and follow `terms` whoever writes it.
    sa.Column("starts_on", sa.Text, sa.Computed("terms ->> 'starts_on'::text", persisted=True)),
    sa.Column("ends_on", sa.Text, sa.Computed("terms ->> 'ends_on'::text", persisted=True)),
    sa.Column("project_code", sa.Text, sa.Computed("terms ->> 'project_code'::text", persisted=True)),
    sa.Index("learning_agreements_learner", "learner_id", "id"),
    sa.Index("learning_agreements_home", "home_id", "id"),
    sa.Index("learning_agreements_home_state", "home_id", "state", "id"),
    sa.Index("learning_agreements_host", "host_id", "id"),
    sa.Index("learning_agreements_host_state", "host_id", "state", "id"),
    sa.Index("learning_agreements_memorandum", "memorandum_id", "id"),
    sa.Index("learning_agreements_project", "project_code", "id"),
    sa.Index("learning_agreements_partners", "home_id", "host_id", "starts_on"),
)

LEARNING_AGREEMENT_VERSIONS = sa.Table(
    "learning_agreement_versions",
    METADATA,
    sa.Column("learning_agreement_id", sa.Uuid, sa.ForeignKey(LEARNING_AGREEMENTS.c.id), primary_key=True),
    sa.Column("content_version", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
)

LEARNING_AGREEMENT_SIGNATURES = sa.Table(
    "learning_agreement_signatures",
    METADATA,
    sa.Column("learning_agreement_id", sa.Uuid, primary_key=True),
    sa.Column("content_version", sa.Integer, primary_key=True),
    sa.Column("side", sa.Text, primary_key=True),
    sa.Column("signatory", sa.Text, nullable=False),
    sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(
        ["learning_agreement_id", "content_version"],
        [LEARNING_AGREEMENT_VERSIONS.c.learning_agreement_id, LEARNING_AGREEMENT_VERSIONS.c.content_version],
    ),
)

# Who changed the contacts and when; what they were is personal data and not kept.
LEARNING_AGREEMENT_CONTACT_CHANGES = sa.Table(
    "learning_agreement_contact_changes",
    METADATA,
    sa.Column(
        "learning_agreement_id", sa.Uuid, sa.ForeignKey("learning_agreements.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("side", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)

LEARNING_AGREEMENT_COMMENTS = sa.Table(
    "learning_agreement_comments",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("learning_agreement_id", sa.Uuid, sa.ForeignKey(LEARNING_AGREEMENTS.c.id), nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("learning_agreement_comments_agreement", "learning_agreement_id", "id"),
)

LEARNING_AGREEMENT_CHANGES = sa.Table(
    "learning_agreement_changes",
    METADATA,
    sa.Column("learning_agreement_id", sa.Uuid, primary_key=True),
    sa.Column("content_version", sa.Integer, primary_key=True),
    sa.Column("instead_of", sa.Integer, nullable=False),
    sa.Column("differences", JSONB, nullable=False),
    sa.Column("ending", JSONB(none_as_null=True)),
    sa.ForeignKeyConstraint(
        ["learning_agreement_id", "content_version"],
        [LEARNING_AGREEMENT_VERSIONS.c.learning_agreement_id, LEARNING_AGREEMENT_VERSIONS.c.content_version],
    ),
)
