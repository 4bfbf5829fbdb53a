import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.agreements.tables.metadata import METADATA

LEARNERS = sa.Table(
    "learners",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("given_name", sa.Text),
    sa.Column("family_name", sa.Text),
    sa.Column("birth_date", sa.Date),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("nationality", sa.Text),
    sa.Column("guardian", JSONB(none_as_null=True)),
    sa.Column("sealed_identifiers", sa.LargeBinary),
    sa.Column("sealed_with", sa.Text, nullable=False),
    sa.Column("fingerprints", ARRAY(sa.Text), nullable=False),
    sa.Column("distinct_from", ARRAY(sa.Uuid), nullable=False),
    sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("erased_at", sa.DateTime(timezone=True)),
    sa.Column("erased_because", sa.Text),
    sa.Index("learners_home", "home_id", "id"),
    sa.Index("learners_fingerprints", "fingerprints", postgresql_using="gin"),
    sa.Index("learners_sealed_with", "sealed_with", "id"),
)

LEARNER_HISTORY = sa.Table(
    "learner_history",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, sa.ForeignKey(LEARNERS.c.id), nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("done_by", sa.Text, nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("details", JSONB, nullable=False),
    sa.Index("learner_history_learner", "learner_id", "id"),
)
