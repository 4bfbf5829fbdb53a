"""What people certify, correct and revoke."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0008"
down_revision = "0007"

CERTIFICATIONS = """
CREATE TABLE certifications (
    record_id uuid PRIMARY KEY,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    home_country text NOT NULL,
    kind text NOT NULL,
    qualification_id uuid NOT NULL,
    qualification_version integer NOT NULL,
    unit_id uuid NOT NULL,
    outcome_ids uuid[] NOT NULL,
    grade text,
    grade_scale text,
    assessed_on date NOT NULL,
    evidence_hashes text[] NOT NULL,
    legal_basis text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX certifications_learner ON certifications (learner_id);
"""

CORRECTIONS = """
CREATE TABLE corrections (
    decision_id uuid PRIMARY KEY,
    learner_id uuid NOT NULL,
    transcript_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    results_hash text NOT NULL,
    outcome_ids uuid[],
    grade text,
    grade_scale text,
    valid_until date,
    legal_basis text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX corrections_learner ON corrections (learner_id);
"""

REVOCATIONS = """
CREATE TABLE revocations (
    decision_id uuid PRIMARY KEY,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    home_country text NOT NULL,
    host_id uuid NOT NULL,
    transcript_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    results_hash text,
    reason text NOT NULL,
    legal_basis text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX revocations_learner ON revocations (learner_id);
"""

WHO_RECOGNISES = "CREATE INDEX known_memoranda_said ON known_memoranda USING gin (data jsonb_path_ops)"

SEEN_BY = {
    "certifications": (),
    "corrections": (),
    "revocations": ("home_id", "host_id", "learner_id", "home_country"),
}
"""Certifications and corrections are seen by what was decided of them."""


def upgrade() -> None:
    op.execute(CERTIFICATIONS + CORRECTIONS + REVOCATIONS)
    op.execute(WHO_RECOGNISES)
    for table, columns in SEEN_BY.items():
        for statement in row_level_security(table, *columns):
            op.execute(statement)
        grant("SELECT, INSERT", table)
