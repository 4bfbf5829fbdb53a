"""When an endpoint failed last: quiet days after a failure are no failures; and which pings are under way."""

from alembic import op

revision = "0008"
down_revision = "0007"

PINGS = """
CREATE INDEX deliveries_pings ON deliveries (subscription_id)
    WHERE ping_body IS NOT NULL AND next_attempt_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute("ALTER TABLE subscriptions ADD COLUMN failed_at timestamptz")
    op.execute(PINGS)
