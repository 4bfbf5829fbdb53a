"""A comparability is home's word for one qualification of its own, perhaps on conditions."""

from alembic import op

revision = "0009"
down_revision = "0008"

COLUMNS = "ALTER TABLE comparabilities ADD COLUMN home_qualification_id uuid, ADD COLUMN has_conditions boolean;"


def upgrade() -> None:
    op.execute(COLUMNS)
