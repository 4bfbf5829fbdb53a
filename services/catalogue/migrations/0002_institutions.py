"""Aliases and merging of institutions, country policies, grades, reference lists."""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0002"
down_revision = "0001"

INSTITUTIONS = """
ALTER TABLE institutions
    ADD COLUMN name_key text,
    ADD COLUMN not_a_duplicate_of jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN merged_into_id uuid REFERENCES institutions,
    ADD COLUMN merge_reason text;
CREATE INDEX institutions_name_key ON institutions (country, name_key);
CREATE INDEX institutions_pic ON institutions (pic);
CREATE INDEX institutions_merged_into ON institutions (merged_into_id);
CREATE TABLE institution_contacts (
    institution_id uuid PRIMARY KEY REFERENCES institutions,
    version integer NOT NULL,
    country text NOT NULL,
    contacts jsonb NOT NULL
);
CREATE TABLE institution_aliases (
    alias_id uuid PRIMARY KEY,
    version integer NOT NULL,
    institution_id uuid NOT NULL REFERENCES institutions,
    code text NOT NULL,
    scheme text,
    given_by uuid,
    country text
);
CREATE INDEX institution_aliases_institution ON institution_aliases (institution_id, alias_id);
CREATE UNIQUE INDEX institution_aliases_own ON institution_aliases (given_by, code) WHERE scheme IS NULL;
CREATE UNIQUE INDEX institution_aliases_scheme ON institution_aliases (scheme, code);
CREATE INDEX institution_aliases_code ON institution_aliases (code);
"""

COUNTRIES = """
CREATE TABLE country_statements (
    country text PRIMARY KEY,
    version integer NOT NULL,
    statement jsonb
);
"""

GRADES = """
CREATE TABLE grade_scales (
    grade_scale_id uuid PRIMARY KEY,
    version integer NOT NULL,
    institution_id uuid REFERENCES institutions,
    country text NOT NULL,
    code text NOT NULL,
    title jsonb NOT NULL,
    grades jsonb NOT NULL
);
CREATE UNIQUE INDEX grade_scales_institution ON grade_scales (institution_id, code);
CREATE UNIQUE INDEX grade_scales_country_code ON grade_scales (country, code) WHERE institution_id IS NULL;
CREATE INDEX grade_scales_country ON grade_scales (country, grade_scale_id);
CREATE TABLE grade_tables (
    grade_table_id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    institution_id uuid NOT NULL REFERENCES institutions,
    country text NOT NULL,
    grade_scale_id uuid NOT NULL REFERENCES grade_scales,
    grade_scale text NOT NULL,
    isced_f text,
    period_from date NOT NULL,
    period_until date NOT NULL,
    sample_size integer NOT NULL,
    shares jsonb NOT NULL
);
CREATE INDEX grade_tables_institution ON grade_tables (institution_id, grade_table_id);
CREATE INDEX grade_tables_country ON grade_tables (country, grade_table_id);
"""

FRAMEWORKS = """
CREATE TABLE frameworks (
    name text PRIMARY KEY,
    version integer NOT NULL,
    edition text NOT NULL,
    entries jsonb NOT NULL
);
"""

WRITTEN_FOR = {
    "institution_contacts": ("institution_id", "country"),
    "institution_aliases": ("given_by", "country"),
    "country_statements": ("country",),
    "grade_scales": ("institution_id", "country"),
    "grade_tables": ("institution_id", "country"),
}

READ_BY_ALL = """
CREATE POLICY read_by_all ON institution_contacts FOR SELECT USING (true);
CREATE POLICY read_by_all ON institution_aliases FOR SELECT USING (scheme IS NOT NULL);
CREATE POLICY read_by_all ON country_statements FOR SELECT USING (true);
CREATE POLICY read_by_all ON grade_scales FOR SELECT USING (true);
CREATE POLICY read_by_all ON grade_tables FOR SELECT USING (state = 'published');
"""

# Whatever the application may come to do wrong: what others have built on does not change.
PUBLISHED_IS_IMMUTABLE = """
CREATE POLICY published_is_immutable ON grade_tables
    AS RESTRICTIVE FOR UPDATE USING (state <> 'published') WITH CHECK (true);
CREATE FUNCTION keep_published_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['version', 'valid_until'] <> to_jsonb(NEW) - ARRAY['version', 'valid_until'] THEN
        RAISE EXCEPTION 'of a published policy only the end changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_is_immutable BEFORE UPDATE ON country_policies
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_published_policy();
"""

SEEN_AS = sa.text("SELECT set_config('acquis.institution', :institution, true)")
SET_NAME_KEY = sa.text("UPDATE institutions SET name_key = :name_key WHERE institution_id = :institution_id")
SEED = sa.text(
    "INSERT INTO frameworks (name, version, edition, entries) VALUES ('isced-f', 1, '2013', CAST(:entries AS jsonb))"
)
ISCED_F = {
    "0612": "Database and network design and administration",
    "0732": "Building and civil engineering",
}
"""The fields of the demo world; a competent body or an operator imports the others."""


def upgrade() -> None:
    op.execute(INSTITUTIONS + COUNTRIES + GRADES + FRAMEWORKS)
    for table, columns in WRITTEN_FOR.items():
        for statement in row_level_security(table, *columns):
            op.execute(statement)
    grant("SELECT, INSERT, UPDATE", "institution_contacts", "country_statements", "grade_tables", "frameworks")
    grant("SELECT, INSERT, DELETE", "institution_aliases")
    grant("SELECT, INSERT", "grade_scales")
    op.execute(READ_BY_ALL + PUBLISHED_IS_IMMUTABLE)
    _set_name_keys()
    entries = [{"code": code, "title": {"en": title}} for code, title in ISCED_F.items()]
    op.get_bind().execute(SEED, {"entries": json.dumps(entries)})


def _set_name_keys() -> None:
    """Row-level security binds the owner too, so it says for whom it works."""
    connection = op.get_bind()
    connection.execute(SEEN_AS, {"institution": SYSTEM})
    known = connection.execute(sa.text("SELECT institution_id, name FROM institutions")).all()
    if known:
        keys = [{"institution_id": row.institution_id, "name_key": _name_key(row.name)} for row in known]
        connection.execute(SET_NAME_KEY, keys)
    connection.execute(SEEN_AS, {"institution": ""})


def _name_key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalnum()) or name
