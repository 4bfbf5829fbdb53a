"""An awarding body reads what is drafted in its name, and consents to it."""

from alembic import op

from shared.tenancy import ACTING_FOR

revision = "0006"
down_revision = "0005"

AWARDED = f"state = 'draft' AND awarding_body_id::text = ANY ({ACTING_FOR})"
POLICIES = f"""
CREATE POLICY read_by_awarding_body ON qualifications FOR SELECT USING ({AWARDED});
CREATE POLICY consented_by_awarding_body ON qualifications FOR UPDATE USING ({AWARDED}) WITH CHECK ({AWARDED});
"""
INDEX = """
CREATE INDEX qualifications_drafts_to_award ON qualifications (awarding_body_id, qualification_id, version)
    WHERE state = 'draft';
"""


def upgrade() -> None:
    op.execute(POLICIES)
    op.execute(INDEX)
