import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables import new_metadata

METADATA = new_metadata()

INSTITUTIONS = sa.Table(
    "institutions",
    METADATA,
    sa.Column("institution_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("oid", sa.Text, unique=True),
    sa.Column("pic", sa.Text),
    sa.Column("competences", JSONB, nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Index("institutions_country", "country", "institution_id"),
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

QUALIFICATIONS = sa.Table(
    "qualifications",
    METADATA,
    sa.Column("qualification_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("awarding_body_id", sa.Uuid, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("title", JSONB, nullable=False),
    sa.Column("eqf_level", sa.Integer, nullable=False),
    sa.Column("nqf_level", sa.Text),
    sa.Column("isced_f", sa.Text, nullable=False),
    sa.Column("points", sa.Numeric(6, 1)),
    sa.Column("units", JSONB, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Index("qualifications_country", "country", "qualification_id"),
    sa.Index("qualifications_isced_f", "isced_f", "qualification_id"),
    sa.Index("qualifications_owner", "owner_id", "qualification_id"),
)

COMPARABILITIES = sa.Table(
    "comparabilities",
    METADATA,
    sa.Column("comparability_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("home_qualification_id", sa.Uuid, sa.ForeignKey(QUALIFICATIONS.c.qualification_id), nullable=False),
    sa.Column("home_unit_id", sa.Uuid, nullable=False),
    sa.Column("host_qualification_id", sa.Uuid, sa.ForeignKey(QUALIFICATIONS.c.qualification_id), nullable=False),
    sa.Column("host_unit_id", sa.Uuid, nullable=False),
    sa.Column("extent", sa.Text, nullable=False),
    sa.Column("outcomes", JSONB, nullable=False),
    sa.Column("declared_by", sa.Uuid, nullable=False),
    sa.Column("withdrawn_on", sa.Date),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Index("comparabilities_home_unit", "home_unit_id", "comparability_id"),
    sa.Index("comparabilities_host_unit", "host_unit_id", "comparability_id"),
)
