import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.catalogue.tables.metadata import METADATA

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
    sa.Column("name_key", sa.Text),
    sa.Column("not_a_duplicate_of", JSONB, nullable=False, server_default="[]"),
    sa.Column("merged_into_id", sa.Uuid, sa.ForeignKey("institutions.institution_id")),
    sa.Column("merge_reason", sa.Text),
    sa.Index("institutions_country", "country", "institution_id"),
    sa.Index("institutions_name_key", "country", "name_key"),
    sa.Index("institutions_pic", "pic"),
    sa.Index("institutions_merged_into", "merged_into_id"),
    sa.Index("institutions_functions", sa.text("functions_of(competences)"), postgresql_using="gin"),
)

INSTITUTION_CONTACTS = sa.Table(
    "institution_contacts",
    METADATA,
    sa.Column("institution_id", sa.Uuid, sa.ForeignKey(INSTITUTIONS.c.institution_id), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("contacts", JSONB, nullable=False),
)

INSTITUTION_ALIASES = sa.Table(
    "institution_aliases",
    METADATA,
    sa.Column("alias_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("institution_id", sa.Uuid, sa.ForeignKey(INSTITUTIONS.c.institution_id), nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("scheme", sa.Text),
    sa.Column("given_by", sa.Uuid),
    sa.Column("country", sa.Text),
    sa.Index("institution_aliases_institution", "institution_id", "alias_id"),
    sa.Index("institution_aliases_own", "given_by", "code", unique=True, postgresql_where=sa.text("scheme IS NULL")),
    sa.Index("institution_aliases_scheme", "scheme", "code", unique=True),
    sa.Index("institution_aliases_code", "code"),
)
