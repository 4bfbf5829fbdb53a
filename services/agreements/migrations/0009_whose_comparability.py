"""A comparability is one of a qualification's units, declared by who designs or awards that one."""

from alembic import op

revision = "0009"
down_revision = "0008"

COLUMN = "ALTER TABLE comparabilities ADD COLUMN home_qualification_id uuid;"


def upgrade() -> None:
    op.execute(COLUMN)
