"""What the catalogue and recognition have said, as far as it is needed here."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.agreements.tables.metadata import METADATA

INSTITUTIONS = sa.Table(
    "institutions",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("functions", ARRAY(sa.Text), nullable=False),
    sa.Column("name", sa.Text),
)

QUALIFICATIONS = sa.Table(
    "qualifications",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("unit_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("outcomes", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("eqf_level", sa.Integer),
    sa.Column("nqf_level", sa.Text),
    sa.Column("titles", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Index("qualifications_unit_ids", "unit_ids", postgresql_using="gin"),
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
    sa.Column("home_qualification_id", sa.Uuid),
    sa.Column("has_conditions", sa.Boolean),
)

COUNTRY_POLICIES = sa.Table(
    "country_policies",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("minimum_age", sa.Integer),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Index("country_policies_country", "country", "version"),
)

UNIT_DECISIONS = sa.Table(
    "unit_decisions",
    METADATA,
    sa.Column("learning_agreement_id", sa.Uuid, primary_key=True),
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
)
