"""Learning agreements that were cancelled after they had been agreed."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE learning_agreements ADD COLUMN cancelled_on date")
