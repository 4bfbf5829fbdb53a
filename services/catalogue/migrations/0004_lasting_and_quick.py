"""What is declared comparable stays as it was declared; lists of a function or a field are read by an index."""

from alembic import op

revision = "0004"
down_revision = "0003"

# Whatever the application may come to do wrong: of what others have built on, only the columns named here change.
IMMUTABLE = """
CREATE FUNCTION keep_all_but() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV <> to_jsonb(NEW) - TG_ARGV THEN
        RAISE EXCEPTION 'only % of it may change', TG_ARGV USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER published_is_immutable ON country_policies;
DROP FUNCTION keep_published_policy;
CREATE TRIGGER published_is_immutable BEFORE UPDATE ON country_policies
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_all_but('version', 'valid_until');
CREATE TRIGGER declared_is_immutable BEFORE UPDATE ON comparabilities
    FOR EACH ROW EXECUTE FUNCTION keep_all_but('version', 'state', 'withdrawn_on');
CREATE POLICY withdrawn_is_final ON comparabilities
    AS RESTRICTIVE FOR UPDATE USING (state = 'declared') WITH CHECK (true);
"""

# An array of texts, unlike JSON, lets PostgreSQL know how rare each of them is.
INDEXES = """
CREATE FUNCTION functions_of(competences jsonb) RETURNS text[] IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT array_agg(held ->> 'function') FROM jsonb_array_elements(competences) AS held
$$;
CREATE INDEX institutions_functions ON institutions USING gin (functions_of(competences));
CREATE INDEX comparabilities_home_qualification ON comparabilities (home_qualification_id);
CREATE INDEX grade_tables_isced_f ON grade_tables (isced_f, grade_table_id);
"""


def upgrade() -> None:
    op.execute(IMMUTABLE)
    op.execute(INDEXES)
