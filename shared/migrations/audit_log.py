"""The table of `shared.audit_log`, as one revision of every service makes it. Landed: never edit."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

AUDIT_ENTRIES = """
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    institution_id uuid,
    subject text NOT NULL,
    learner_id uuid,
    roles text[] NOT NULL,
    operation text NOT NULL,
    resource text,
    request_id text
);
CREATE INDEX audit_entries_institution ON audit_entries (institution_id, at, id);
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_to_rewrite_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only, and kept for two years at least'; END $$;
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_audit_log();
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_entries
    FOR EACH ROW WHEN (OLD.at > now() - interval '2 years') EXECUTE FUNCTION refuse_to_rewrite_the_audit_log();
"""

# Also where session_replication_role is `replica`, which switches ordinary triggers off.
ALWAYS = """
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_log_is_append_only;
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_log_is_kept;
"""


def create_audit_log() -> None:
    """Read by the institution that acted; written by whoever acts; changed and shortened by nobody."""
    op.execute(AUDIT_ENTRIES + APPEND_ONLY + ALWAYS)
    for statement in row_level_security("audit_entries", "institution_id", anybody_adds=True):
        op.execute(statement)
    grant("SELECT, INSERT", "audit_entries")
