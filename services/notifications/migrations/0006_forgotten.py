"""How far the feed was forgotten, so that a reader who comes too late is told; and partitions that nobody waits for."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0006"
down_revision = "0005"

# What was forgotten until now is only known from where the feed begins.
FORGOTTEN = """
SELECT set_config('acquis.institution', '*', true);
CREATE TABLE forgotten (
    position bigint PRIMARY KEY
);
INSERT INTO forgotten SELECT coalesce(min(position) - 1, 0) FROM feed;
"""

# To make or drop a partition, the table has to be locked as a whole. While a long reader, such as a backup, does not
# let that happen, whoever writes an attempt waits behind the attempt to lock: a moment, and then it is given up.
PATIENCE = "ALTER FUNCTION keep_attempts(timestamptz) SET lock_timeout = '50ms'"


def upgrade() -> None:
    for statements in (FORGOTTEN, *row_level_security("forgotten"), PATIENCE):
        op.execute(statements)
    grant("SELECT, UPDATE", "forgotten")
