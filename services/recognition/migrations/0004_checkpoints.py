"""Checkpoints of the ledger, reversals in it, and triggers that no setting of a session puts to sleep."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0004"
down_revision = "0003"

REVERSALS = """
ALTER TABLE ledger_entries ADD COLUMN reverses uuid;
CREATE UNIQUE INDEX ledger_entries_reversed_once ON ledger_entries (reverses) WHERE reverses IS NOT NULL;
"""

CHECKPOINTS = """
CREATE TABLE ledger_checkpoints (
    checkpoint_id uuid PRIMARY KEY,
    number integer NOT NULL,
    previous_root text NOT NULL,
    root text NOT NULL,
    heads integer NOT NULL,
    entries bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    block_starts uuid[] NOT NULL,
    block_roots bytea[] NOT NULL,
    CONSTRAINT ledger_checkpoints_number UNIQUE (number)
);
CREATE TABLE ledger_checkpoint_heads (
    learner_id uuid,
    number integer,
    position integer NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (learner_id, number)
);
"""

APPEND_ONLY = ("ledger_checkpoints", "ledger_checkpoint_heads")


def upgrade() -> None:
    op.execute(REVERSALS + CHECKPOINTS)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger()"
        )
    for table in ("ledger_entries", *APPEND_ONLY):
        # Also where session_replication_role is `replica`, which switches ordinary triggers off.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_is_append_only")
    for statement in row_level_security("ledger_checkpoint_heads"):
        op.execute(statement)
    grant("SELECT, INSERT", *APPEND_ONLY)
