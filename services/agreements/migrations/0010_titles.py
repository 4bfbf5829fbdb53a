"""What people read on a page: names of institutions, titles of qualifications, their units and outcomes."""

from alembic import op

revision = "0010"
down_revision = "0009"

# What was said before has neither, until it is said anew: pages then show ids.
TITLES = """
ALTER TABLE institutions ADD COLUMN name text;
ALTER TABLE qualifications ADD COLUMN titles jsonb NOT NULL DEFAULT '{}'::jsonb;
CREATE INDEX qualifications_unit_ids ON qualifications USING gin (unit_ids);
"""


def upgrade() -> None:
    op.execute(TITLES)
