"""Agreements tell by themselves that their learner was erased: the host, who sees no learner, writes about nobody."""

from alembic import op

from shared.db import SYSTEM

revision = "0006"
down_revision = "0005"

COLUMN = "ALTER TABLE learning_agreements ADD COLUMN learner_erased boolean NOT NULL DEFAULT false;"
# The migration acts for everybody, so that the rules of the tables show it the rows that it carries over.
FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true);"
# What waited for signatures when its learner was purged can still be withdrawn or cancelled, and is left as it is.
CARRIED_OVER = """
UPDATE learning_agreements
    SET learner_erased = true
    FROM learners
    WHERE learners.id = learner_id
        AND learners.erased_at IS NOT NULL
        AND state NOT IN ('draft', 'learner_signed', 'home_signed', 'changes_requested');
"""


def upgrade() -> None:
    op.execute(COLUMN + FOR_ALL + CARRIED_OVER)
