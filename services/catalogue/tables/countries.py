import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.catalogue.tables.metadata import METADATA

COUNTRY_STATEMENTS = sa.Table(
    "country_statements",
    METADATA,
    sa.Column("country", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("statement", JSONB),
)

COUNTRY_POLICIES = sa.Table(
    "country_policies",
    METADATA,
    sa.Column("country_policy_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("unit_recognition", sa.Text, nullable=False),
    sa.Column("accumulation", sa.Boolean, nullable=False),
    sa.Column("final_exam_only", sa.Boolean, nullable=False),
    sa.Column("grade_transfer", sa.Boolean, nullable=False),
    sa.Column("points_used", sa.Boolean, nullable=False),
    sa.Column("max_share_abroad", sa.Numeric(3, 2)),
    sa.Column("appeal_days", sa.Integer, nullable=False),
    sa.Column("minimum_age", sa.Integer),
    sa.Column("legal_reference", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Index("country_policies_country", "country", "country_policy_id"),
)
