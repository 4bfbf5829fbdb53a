import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.tables import new_metadata

METADATA = new_metadata()

# What the catalogue has said, as far as guards need it.

INSTITUTIONS = sa.Table(
    "institutions",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("functions", ARRAY(sa.Text), nullable=False),
)

QUALIFICATIONS = sa.Table(
    "qualifications",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("unit_ids", ARRAY(sa.Uuid), nullable=False),
)

COMPARABILITIES = sa.Table(
    "comparabilities",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("home_unit_id", sa.Uuid, nullable=False),
    sa.Column("host_unit_id", sa.Uuid, nullable=False),
    sa.Column("outcomes", JSONB, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Column("withdrawn_on", sa.Date),
)

# What this service owns.

MEMORANDA = sa.Table(
    "memoranda",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("drafted_by", sa.Uuid, nullable=False),
    sa.Column("party_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("codes", JSONB, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("approvals", JSONB, nullable=False),
    sa.Column("ending", JSONB(none_as_null=True)),
    sa.Index("memoranda_party_ids", "party_ids", postgresql_using="gin"),
)

MEMORANDUM_VERSIONS = sa.Table(
    "memorandum_versions",
    METADATA,
    sa.Column("memorandum_id", sa.Uuid, sa.ForeignKey(MEMORANDA.c.id), primary_key=True),
    sa.Column("content_version", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("proposed_by", sa.Uuid, nullable=False),
    sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
)

LEARNERS = sa.Table(
    "learners",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("given_name", sa.Text, nullable=False),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("birth_date", sa.Date, nullable=False),
    sa.Column("email", sa.Text),
    sa.Index("learners_home", "home_id", "id"),
)

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
    sa.Column("completed_on", sa.Date),
    sa.Column("cancelled_because", sa.Text),
    sa.Index("learning_agreements_learner", "learner_id", "id"),
    sa.Index("learning_agreements_home", "home_id", "id"),
    sa.Index("learning_agreements_host", "host_id", "id"),
    sa.Index("learning_agreements_memorandum", "memorandum_id", "id"),
)
