"""What people do about decisions: who has taken a review, what the host is asked, appeals."""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0006"
down_revision = "0005"

DECISIONS = """
ALTER TABLE decisions ADD COLUMN assigned_to text;
CREATE INDEX decisions_waiting_at_home ON decisions (home_id, decision_id)
    WHERE state IN ('manual_review', 'appealed');
CREATE INDEX decisions_waiting_of_host ON decisions (host_id, decision_id)
    WHERE state IN ('manual_review', 'appealed');
"""

INFORMATION_REQUESTS = """
CREATE TABLE information_requests (
    request_id uuid PRIMARY KEY,
    version integer NOT NULL,
    decision_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    question text,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    answer text,
    answered_by text,
    answered_at timestamptz
);
CREATE INDEX information_requests_decision ON information_requests (decision_id, request_id);
CREATE INDEX information_requests_learner ON information_requests (learner_id);
CREATE UNIQUE INDEX information_requests_one_at_a_time ON information_requests (decision_id)
    WHERE answered_at IS NULL;
"""

APPEALS = """
CREATE TABLE appeals (
    appeal_id uuid PRIMARY KEY,
    version integer NOT NULL,
    decision_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    against text NOT NULL,
    against_by text,
    grounds text,
    opened_at timestamptz NOT NULL,
    ruling jsonb,
    CONSTRAINT appeals_once UNIQUE (decision_id)
);
CREATE INDEX appeals_learner ON appeals (learner_id, unit_id);
"""

# What was decided before anybody could appeal can be appealed against for as many days as what is decided today.
ACT_FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"
CARRIED_OVER = """
UPDATE decisions SET appeal_until = current_date + (data ->> 'appeal_days')::integer
FROM known_country_policies AS policy
WHERE state = 'partially_recognised' AND (policy.id, policy.version) = (country_policy_id, country_policy_version)
"""

SEEN_BY = {"information_requests": ("home_id", "host_id", "learner_id"), "appeals": ("home_id", "learner_id")}


def upgrade() -> None:
    op.execute(DECISIONS + INFORMATION_REQUESTS + APPEALS)
    op.execute(ACT_FOR_ALL)
    op.execute(CARRIED_OVER)
    for table, columns in SEEN_BY.items():
        for statement in row_level_security(table, *columns):
            op.execute(statement)
        grant("SELECT, INSERT, UPDATE", table)
    grant("UPDATE (assigned_to, appeal_until)", "decisions")
