"""Every word of a host kept, and what each decision gave to a unit; credits that end, decisions of persons."""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0005"
down_revision = "0004"

ACT_FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"

TRANSCRIPTS = """
CREATE TABLE transcripts (
    transcript_id uuid,
    version integer,
    learner_id uuid NOT NULL,
    standing text NOT NULL,
    content_hash text,
    data jsonb NOT NULL,
    PRIMARY KEY (transcript_id, version)
);
CREATE INDEX transcripts_learner ON transcripts (learner_id);
INSERT INTO transcripts (transcript_id, version, learner_id, standing, content_hash, data)
    SELECT transcript_id, version, (data ->> 'learner_id')::uuid, 'issued', data ->> 'content_hash', data
    FROM documented_transcripts;
"""

CONTRIBUTIONS = """
CREATE TABLE contributions (
    decision_id uuid PRIMARY KEY,
    learner_id uuid NOT NULL,
    qualification_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    transcript_id uuid NOT NULL,
    host_unit_id uuid NOT NULL,
    outcome_ids uuid[] NOT NULL,
    host_outcome_ids uuid[] NOT NULL
);
CREATE INDEX contributions_learner ON contributions (learner_id);
"""

DERIVE_CONTRIBUTIONS = """
INSERT INTO contributions
    (decision_id, learner_id, qualification_id, unit_id, transcript_id, host_unit_id, outcome_ids, host_outcome_ids)
SELECT decision_id, decisions.learner_id, decisions.qualification_id, decisions.unit_id, decisions.transcript_id,
    agreed.host_unit_id, given.outcome_ids,
    ARRAY(
        SELECT host_outcome_id
        FROM jsonb_to_recordset(agreed.outcomes) AS pair (home_outcome_id uuid, host_outcome_id uuid)
        WHERE home_outcome_id = ANY (given.outcome_ids) ORDER BY host_outcome_id
    )
FROM decisions
JOIN validations USING (validation_id)
JOIN known_learning_agreements AS known
    ON known.id = decisions.learning_agreement_id AND known.version = decisions.learning_agreement_version
CROSS JOIN LATERAL jsonb_to_recordset(known.data -> 'units') AS agreed (unit_id uuid, host_unit_id uuid, outcomes jsonb)
CROSS JOIN LATERAL (
    SELECT array_agg(outcome_id ORDER BY outcome_id) AS outcome_ids
    FROM jsonb_to_recordset(validations.outcomes) AS one (outcome_id uuid, status text, held_by uuid)
    WHERE one.status = 'validated' AND held_by IS NULL
) AS given
WHERE agreed.unit_id = decisions.unit_id AND given.outcome_ids IS NOT NULL
AND (
    decisions.state IN ('recognised', 'partially_recognised')
    -- What a later issue of the same transcript only added to.
    OR (
        decisions.state = 'superseded' AND decisions.reasons = ARRAY['LO_MISSING']
        AND validations.status = 'partially_validated'
    )
)
ON CONFLICT DO NOTHING
"""

DECISIONS = """
ALTER TABLE decisions
    ADD COLUMN kind text NOT NULL DEFAULT 'mobility',
    ADD COLUMN decided_by text,
    ADD COLUMN legal_basis text,
    ADD COLUMN appeal_until date;
ALTER TABLE decisions DROP CONSTRAINT decisions_once_a_policy;
CREATE UNIQUE INDEX decisions_once_a_policy ON decisions
    (learner_id, unit_id, transcript_id, transcript_version, country_policy_id, country_policy_version)
    NULLS NOT DISTINCT WHERE state NOT IN ('superseded', 'revoked');
CREATE INDEX decisions_learner ON decisions (learner_id, decision_id);
DROP INDEX decisions_open;
CREATE INDEX decisions_open ON decisions (learner_id) WHERE state IN (
    'manual_review', 'documented_only', 'partially_recognised', 'evidence_only', 'refused', 'appealed'
);
"""

CREDITS = """
ALTER TABLE credits
    ADD COLUMN state text NOT NULL DEFAULT 'active',
    ADD COLUMN valid_until date,
    ADD COLUMN kind text;
ALTER TABLE credits DROP CONSTRAINT credits_count_once;
CREATE UNIQUE INDEX credits_count_once ON credits (learner_id, qualification_id, unit_id) WHERE state = 'active';
CREATE INDEX credits_learner ON credits (learner_id, credit_id);
CREATE INDEX credits_expiring ON credits (valid_until) WHERE state = 'active' AND valid_until IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(ACT_FOR_ALL)  # the owner is bound by row-level security, too
    op.execute(TRANSCRIPTS)
    op.execute(CONTRIBUTIONS)
    op.execute(DERIVE_CONTRIBUTIONS)
    op.execute(DECISIONS)
    op.execute(CREDITS)
    for table in ("transcripts", "contributions"):
        for statement in row_level_security(table):
            op.execute(statement)
    grant("SELECT, INSERT", "transcripts")
    grant("SELECT, INSERT, DELETE", "contributions")
    grant("UPDATE", "credits")
    grant("DELETE", "completed_qualifications")
