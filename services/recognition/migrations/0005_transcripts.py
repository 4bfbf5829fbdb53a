"""Transcripts kept, and what each of them gives to a unit."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("SELECT 1")
