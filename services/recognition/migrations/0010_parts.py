"""What is given of a unit knows its day, its end and its grade; what is held of it until when."""

from alembic import op

revision = "0010"
down_revision = "0009"

# The version before goes on giving without them: of these parts nothing is known, and so they have no end.
PARTS = """
ALTER TABLE contributions
    ADD COLUMN assessed_on date,
    ADD COLUMN valid_until date,
    ADD COLUMN grade text,
    ADD COLUMN grade_scale text,
    ADD COLUMN grade_failed boolean;
ALTER TABLE units_in_progress ADD COLUMN valid_until date;
CREATE INDEX units_in_progress_ending ON units_in_progress (valid_until) WHERE valid_until IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(PARTS)
