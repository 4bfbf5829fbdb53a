import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.catalogue.tables.metadata import METADATA


def _qualification(name: str, *others: sa.schema.SchemaItem) -> sa.Table:
    """What is worked on and what was published have the same content."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("awarding_body_id", sa.Uuid, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("eqf_level", sa.Integer, nullable=False),
        sa.Column("nqf_level", sa.Text),
        sa.Column("isced_f", sa.Text, nullable=False),
        sa.Column("points", sa.Numeric(6, 1)),
        sa.Column("designed_by_ids", ARRAY(sa.Uuid)),
        sa.Column("units", JSONB, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("supersedes_version", sa.Integer),
        sa.Column("consents", JSONB, nullable=False),
        sa.Column("accumulation", JSONB(none_as_null=True)),
        *others,
    )


def _words(table: str) -> sa.Index:
    """To find what has certain words in its title, whatever the language."""
    return sa.Index(f"{table}_title", sa.text("to_tsvector('simple', title)"), postgresql_using="gin")


QUALIFICATIONS = _qualification(
    "qualifications",
    sa.Column("qualification_id", sa.Uuid, primary_key=True),
    sa.Index("qualifications_country", "country", "qualification_id"),
    sa.Index("qualifications_isced_f", "isced_f", "qualification_id"),
    sa.Index("qualifications_owner", "owner_id", "qualification_id"),
    sa.Index(
        "qualifications_drafts", "owner_id", "qualification_id", "version", postgresql_where=sa.text("state = 'draft'")
    ),
    sa.Index(
        "qualifications_drafts_to_award",
        "awarding_body_id",
        "qualification_id",
        "version",
        postgresql_where=sa.text("state = 'draft'"),
    ),
    sa.Index(
        "qualifications_joint_drafts",
        "qualification_id",
        "version",
        postgresql_where=sa.text("state = 'draft' AND designed_by_ids IS NOT NULL"),
    ),
)

QUALIFICATION_VERSIONS = _qualification(
    "qualification_versions",
    sa.Column("qualification_id", sa.Uuid, sa.ForeignKey(QUALIFICATIONS.c.qualification_id), nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    sa.Column("superseded_by", sa.Integer),
    sa.PrimaryKeyConstraint("qualification_id", "version"),
    sa.Index(
        "qualification_versions_one_published",
        "qualification_id",
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    ),
    sa.Index("qualification_versions_state", "state", "qualification_id", "version"),
    sa.Index("qualification_versions_country", "country", "qualification_id", "version"),
    sa.Index("qualification_versions_isced_f", "isced_f", "qualification_id", "version"),
    sa.Index("qualification_versions_eqf_level", "eqf_level", "qualification_id", "version"),
    sa.Index("qualification_versions_awarding_body", "awarding_body_id", "qualification_id", "version"),
    _words("qualification_versions"),
)

PUBLISHED_UNITS = sa.Table(
    "published_units",
    METADATA,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    sa.Column("qualification_id", sa.Uuid, sa.ForeignKey(QUALIFICATIONS.c.qualification_id), primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("isced_f", sa.Text, nullable=False),
    sa.Column("eqf_level", sa.Integer, nullable=False),
    sa.Column("title", JSONB, nullable=False),
    sa.Column("unit", JSONB, nullable=False),
    sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("published_units_qualification", "qualification_id", "unit_id"),
    sa.Index("published_units_country", "country", "unit_id", "qualification_id"),
    sa.Index("published_units_isced_f", "isced_f", "unit_id", "qualification_id"),
    sa.Index("published_units_eqf_level", "eqf_level", "unit_id", "qualification_id"),
    _words("published_units"),
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
    sa.Column("conditions", JSONB(none_as_null=True)),
    sa.Column("home_eqf_level", sa.Integer),
    sa.Column("host_eqf_level", sa.Integer),
    sa.Index("comparabilities_units", "home_unit_id", "host_unit_id"),
    sa.Index("comparabilities_home_qualification", "home_qualification_id"),
    sa.Index("comparabilities_home_unit", "home_unit_id", "comparability_id"),
    sa.Index("comparabilities_host_unit", "host_unit_id", "comparability_id"),
)
