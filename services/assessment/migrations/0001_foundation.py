"""What was heard of memoranda and learning agreements; assessments; transcripts and what each issue said."""

from alembic import op

from shared.migrations.delivery import create_delivery_tables
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0001"
down_revision = None

HEARD = """
CREATE TABLE memoranda (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    two_person_rule boolean NOT NULL
);
CREATE TABLE learning_agreements (
    id uuid PRIMARY KEY,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    content_version integer,
    memorandum_id uuid,
    transcript_policy text,
    outcomes jsonb,
    starts_on date,
    ends_on date,
    started_on date,
    completed_on date
);
"""

ASSESSMENTS = """
CREATE TABLE assessments (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    learning_agreement_id uuid NOT NULL REFERENCES learning_agreements,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    method text NOT NULL,
    planned_on date,
    results jsonb NOT NULL,
    report jsonb,
    recorded_by text,
    confirmed_by text
);
CREATE INDEX assessments_learning_agreement ON assessments (learning_agreement_id, id);
CREATE INDEX assessments_host ON assessments (host_id, state, id);
CREATE INDEX assessments_home ON assessments (home_id, state, id);
"""

TRANSCRIPTS = """
CREATE TABLE transcripts (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    learning_agreement_id uuid NOT NULL UNIQUE REFERENCES learning_agreements,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    issue integer NOT NULL,
    content_hash text,
    issued_at timestamptz
);
CREATE INDEX transcripts_learner ON transcripts (learner_id, id);
CREATE INDEX transcripts_host ON transcripts (host_id, id);
CREATE INDEX transcripts_home ON transcripts (home_id, id);

CREATE TABLE transcript_versions (
    transcript_id uuid REFERENCES transcripts,
    version integer,
    content_hash text NOT NULL,
    learner_id uuid NOT NULL,
    learning_agreement_id uuid NOT NULL,
    learning_agreement_version integer NOT NULL,
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    assessments jsonb NOT NULL,
    issued_at timestamptz NOT NULL,
    PRIMARY KEY (transcript_id, version)
);
"""


def upgrade() -> None:
    create_delivery_tables()
    op.execute(HEARD + ASSESSMENTS + TRANSCRIPTS)
    # No belt on memoranda: what is kept of them is a rule, of nobody in particular.
    for table in ("learning_agreements", "assessments"):
        _belt(table, "home_id", "host_id")
    for table in ("transcripts", "transcript_versions"):
        _belt(table, "home_id", "host_id", "learner_id")
    grant("SELECT, INSERT, UPDATE", "memoranda", "learning_agreements", "assessments", "transcripts")
    grant("SELECT, INSERT", "transcript_versions")


def _belt(table: str, *columns: str) -> None:
    for statement in row_level_security(table, *columns):
        op.execute(statement)
