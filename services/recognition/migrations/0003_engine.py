"""Units that are documented only, until the country's policy changes; units in progress; grades."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0003"
down_revision = "0002"

UNFINISHED = """
ALTER TABLE decisions DROP CONSTRAINT decisions_once_a_transcript;
ALTER TABLE decisions ADD CONSTRAINT decisions_once_a_policy UNIQUE NULLS NOT DISTINCT
    (learner_id, unit_id, transcript_id, transcript_version, country_policy_id, country_policy_version);
DROP INDEX decisions_open;
CREATE INDEX decisions_open ON decisions (learner_id)
    WHERE state IN ('manual_review', 'documented_only', 'partially_recognised');
CREATE INDEX decisions_documented ON decisions (home_country, decision_id) WHERE state = 'documented_only';
"""

UNITS_IN_PROGRESS = """
CREATE TABLE units_in_progress (
    credit_id uuid PRIMARY KEY,
    version integer NOT NULL,
    learner_id uuid NOT NULL,
    home_id uuid NOT NULL,
    home_country text NOT NULL,
    host_id uuid NOT NULL,
    host_country text NOT NULL,
    qualification_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    learning_agreement_id uuid NOT NULL,
    transcript_id uuid NOT NULL,
    transcript_version integer NOT NULL,
    qualification_version integer NOT NULL,
    decision_id uuid NOT NULL,
    held_outcome_ids uuid[] NOT NULL,
    needed_outcome_ids uuid[] NOT NULL,
    needed_optional integer NOT NULL,
    assessed_on date NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT units_in_progress_once UNIQUE (learner_id, qualification_id, unit_id)
)
"""

DOCUMENTED_TRANSCRIPTS = """
CREATE TABLE documented_transcripts (
    transcript_id uuid,
    version integer,
    data jsonb NOT NULL,
    PRIMARY KEY (transcript_id, version)
)
"""

GRADES = """
CREATE TABLE known_grade_tables (
    id uuid,
    version integer,
    data jsonb NOT NULL,
    institution_id uuid NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX known_grade_tables_institution ON known_grade_tables (institution_id);
ALTER TABLE credits ADD COLUMN conversion jsonb;
"""

HOME = ("home_id", "learner_id", "home_country")
SEEN_BY = {"units_in_progress": HOME, "documented_transcripts": ()}


def upgrade() -> None:
    op.execute(UNFINISHED)
    op.execute(UNITS_IN_PROGRESS)
    op.execute(DOCUMENTED_TRANSCRIPTS)
    op.execute(GRADES)
    for table, columns in SEEN_BY.items():
        for statement in row_level_security(table, *columns):
            op.execute(statement)
    grant("SELECT, INSERT, UPDATE, DELETE", "units_in_progress")
    grant("SELECT, INSERT", "documented_transcripts", "known_grade_tables")
