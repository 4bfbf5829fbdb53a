import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.catalogue.tables.institutions import INSTITUTIONS
from services.catalogue.tables.metadata import METADATA

GRADE_SCALES = sa.Table(
    "grade_scales",
    METADATA,
    sa.Column("grade_scale_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("institution_id", sa.Uuid, sa.ForeignKey(INSTITUTIONS.c.institution_id)),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("title", JSONB, nullable=False),
    sa.Column("grades", JSONB, nullable=False),
    sa.Index("grade_scales_institution", "institution_id", "code", unique=True),
    sa.Index(
        "grade_scales_country_code", "country", "code", unique=True, postgresql_where=sa.text("institution_id IS NULL")
    ),
    sa.Index("grade_scales_country", "country", "grade_scale_id"),
)

GRADE_TABLES = sa.Table(
    "grade_tables",
    METADATA,
    sa.Column("grade_table_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("institution_id", sa.Uuid, sa.ForeignKey(INSTITUTIONS.c.institution_id), nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("grade_scale_id", sa.Uuid, sa.ForeignKey(GRADE_SCALES.c.grade_scale_id), nullable=False),
    sa.Column("grade_scale", sa.Text, nullable=False),
    sa.Column("isced_f", sa.Text),
    sa.Column("period_from", sa.Date, nullable=False),
    sa.Column("period_until", sa.Date, nullable=False),
    sa.Column("sample_size", sa.Integer, nullable=False),
    sa.Column("shares", JSONB, nullable=False),
    sa.Index("grade_tables_institution", "institution_id", "grade_table_id"),
    sa.Index("grade_tables_isced_f", "isced_f", "grade_table_id"),
    sa.Index("grade_tables_country", "country", "grade_table_id"),
)

FRAMEWORKS = sa.Table(
    "frameworks",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("entries", JSONB, nullable=False),
)
