"""How the units of a qualification add up."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table in ("qualifications", "qualification_versions"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN accumulation jsonb")
