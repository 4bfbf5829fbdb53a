"""The whole record of an assessment, plans, resits, contests; transcripts that are corrected and withdrawn."""

from alembic import op

from shared.db import SYSTEM
from shared.tenancy import ACTING_FOR, row_level_security

revision = "0003"
down_revision = "0002"

HEARD = """
ALTER TABLE memoranda ADD COLUMN assesses jsonb;
ALTER TABLE learning_agreements ADD COLUMN qualification_id uuid, ADD COLUMN plan jsonb;
"""

# Defaults are for the rows there are, and for what the version before this inserts.
ASSESSMENTS = """
ALTER TABLE assessments
    ADD COLUMN plan_key text,
    ADD COLUMN assessing_id uuid,
    ADD COLUMN attempt integer NOT NULL DEFAULT 1,
    ADD COLUMN resit_of uuid REFERENCES assessments,
    ADD COLUMN resit_id uuid,
    ADD COLUMN record_until date,
    ADD COLUMN held_on date,
    ADD COLUMN excused boolean,
    ADD COLUMN authority text,
    ADD COLUMN moderation jsonb,
    ADD COLUMN contest_until date,
    ADD COLUMN contest jsonb,
    ADD COLUMN review jsonb,
    ADD COLUMN annulment jsonb;
CREATE UNIQUE INDEX assessments_plan_key ON assessments (plan_key);
CREATE UNIQUE INDEX assessments_resit_of ON assessments (resit_of);
CREATE INDEX assessments_learner ON assessments (learner_id, id);
CREATE INDEX assessments_assessing ON assessments (assessing_id, id);
CREATE INDEX assessments_planned ON assessments (host_id, planned_on);
DROP POLICY acting_for ON assessments;
"""

TRANSCRIPTS = """
ALTER TABLE transcripts ADD COLUMN hours jsonb NOT NULL DEFAULT '{}', ADD COLUMN reason text;
ALTER TABLE transcript_versions
    ADD COLUMN corrects_version integer,
    ADD COLUMN period jsonb,
    ADD COLUMN units jsonb,
    ADD COLUMN reason text,
    ADD COLUMN issued_by text;
"""

# The migration acts for everybody, so that the rules of the tables show it the rows that it carries over. What was
# confirmed before it could be contested can be for two weeks from now.
ACT_FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"
CARRIED_OVER = """
UPDATE assessments SET attempt = coalesce((report ->> 'attempt')::integer, 1) WHERE report IS NOT NULL;
UPDATE assessments SET contest_until = current_date + 14 WHERE state = 'confirmed';
"""

# Whom the host has asked to assess reads the frame of it: the agreement, and not its transcript.
GIVEN = f"assessments.assessing_id::text = ANY ({ACTING_FOR})"
DELEGATED = f"""
CREATE POLICY delegated ON learning_agreements FOR SELECT USING (
    EXISTS (SELECT FROM assessments WHERE learning_agreement_id = learning_agreements.id AND {GIVEN})
)
"""  # noqa: S608 - constants of ours


def upgrade() -> None:
    op.execute(HEARD + ASSESSMENTS + TRANSCRIPTS)
    for statement in row_level_security("assessments", "home_id", "host_id", "learner_id", "assessing_id"):
        op.execute(statement)
    op.execute(DELEGATED)
    op.execute(ACT_FOR_ALL)
    op.execute(CARRIED_OVER)
