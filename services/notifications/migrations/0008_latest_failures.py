"""When an endpoint failed last: quiet days after a failure are no failures."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE subscriptions ADD COLUMN failed_at timestamptz")
