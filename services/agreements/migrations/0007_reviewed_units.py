"""What home has decided on a unit can be open again."""

from shared.migrations.grants import grant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    grant("DELETE", "unit_decisions")
