"""What becomes of memoranda and learning agreements besides their contents."""

from alembic import op

from shared.migrations.grants import grant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE known_steps"
        " (id uuid, version integer, data jsonb NOT NULL, type text NOT NULL, PRIMARY KEY (id, version))"
    )
    grant("SELECT, INSERT", "known_steps")
