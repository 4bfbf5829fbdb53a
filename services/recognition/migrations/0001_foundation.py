"""What is known of others' facts; validations, decisions, credits, the ledger; and the tables by which facts travel."""

from alembic import op

from shared.migrations.delivery import create_delivery_tables
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0001"
down_revision = None

KNOWN = ("qualifications", "comparabilities", "withdrawals", "memoranda", "learning_agreements")

KNOWN_COUNTRY_POLICIES = """
CREATE TABLE known_country_policies (
    id uuid,
    version integer,
    data jsonb NOT NULL,
    country text NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX known_country_policies_country ON known_country_policies (country);
"""

PENDING_FACTS = """
CREATE TABLE pending_facts (
    event_id uuid PRIMARY KEY,
    type text NOT NULL,
    body text NOT NULL,
    waits_for text NOT NULL,
    traceparent text NOT NULL,
    parked_at timestamptz NOT NULL
);
CREATE INDEX pending_facts_waits_for ON pending_facts (waits_for);
"""

EVALUATED_TRANSCRIPTS = """
CREATE TABLE evaluated_transcripts (
    transcript_id uuid PRIMARY KEY,
    version integer NOT NULL
);
"""

VALIDATIONS = """
CREATE TABLE validations (
    validation_id uuid PRIMARY KEY,
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
    status text NOT NULL,
    outcomes jsonb NOT NULL,
    completed_at timestamptz NOT NULL
);
CREATE INDEX validations_learner ON validations (learner_id, validation_id);
CREATE INDEX validations_home ON validations (home_id, validation_id);
CREATE INDEX validations_host ON validations (host_id, validation_id);
CREATE INDEX validations_home_country ON validations (home_country, validation_id);
"""

DECISIONS = """
CREATE TABLE decisions (
    decision_id uuid PRIMARY KEY,
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
    state text NOT NULL,
    mode text,
    validation_id uuid NOT NULL,
    memorandum_id uuid NOT NULL,
    memorandum_version integer NOT NULL,
    memorandum_hash text NOT NULL,
    learning_agreement_version integer NOT NULL,
    learning_agreement_hash text NOT NULL,
    transcript_hash text NOT NULL,
    country_policy_id uuid,
    country_policy_version integer,
    reasons text[] NOT NULL,
    trace jsonb NOT NULL,
    assessed_on date NOT NULL,
    decided_at timestamptz NOT NULL,
    superseded_by uuid,
    CONSTRAINT decisions_once_a_transcript UNIQUE (learner_id, unit_id, transcript_id, transcript_version)
);
CREATE INDEX decisions_open ON decisions (learner_id) WHERE state = 'manual_review';
CREATE INDEX decisions_home ON decisions (home_id, decision_id);
CREATE INDEX decisions_host ON decisions (host_id, decision_id);
CREATE INDEX decisions_home_country ON decisions (home_country, decision_id);
"""

CREDITS = """
CREATE TABLE credits (
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
    points numeric,
    grade text,
    grade_scale text,
    mode text NOT NULL,
    memorandum_id uuid NOT NULL,
    memorandum_version integer NOT NULL,
    learning_agreement_version integer NOT NULL,
    country_policy_id uuid NOT NULL,
    country_policy_version integer NOT NULL,
    assessed_on date NOT NULL,
    decided_at timestamptz NOT NULL,
    ledger_position integer NOT NULL,
    ledger_hash text NOT NULL,
    CONSTRAINT credits_count_once UNIQUE (learner_id, qualification_id, unit_id)
);
CREATE INDEX credits_home ON credits (home_id, credit_id);
CREATE INDEX credits_home_country ON credits (home_country, credit_id);
"""

LEDGER = """
CREATE TABLE ledger_entries (
    learner_id uuid,
    position integer,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    credit_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    home_id uuid NOT NULL,
    home_country text NOT NULL,
    qualification_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    points numeric,
    at timestamptz NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (learner_id, position)
);
CREATE TABLE ledger_heads (
    learner_id uuid PRIMARY KEY,
    position integer NOT NULL,
    hash text NOT NULL
);
CREATE FUNCTION refuse_to_rewrite_the_ledger() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger();
"""

COMPLETED_QUALIFICATIONS = """
CREATE TABLE completed_qualifications (
    learner_id uuid,
    qualification_id uuid,
    version integer NOT NULL,
    home_id uuid NOT NULL,
    home_country text NOT NULL,
    completed_on date NOT NULL,
    unit_ids uuid[] NOT NULL,
    PRIMARY KEY (learner_id, qualification_id)
);
"""

HOME, HOST = ("home_id", "learner_id", "home_country"), ("host_id",)

SEEN_BY = {
    "known_memoranda": (),
    "known_learning_agreements": (),
    "pending_facts": (),
    "evaluated_transcripts": (),
    "ledger_heads": (),
    "validations": HOME + HOST,
    "decisions": HOME + HOST,
    "credits": HOME,
    "ledger_entries": HOME,
    "completed_qualifications": HOME,
}
"""The columns that name who may see a row; none: the service itself alone. Reference data is for everybody."""


def upgrade() -> None:
    create_delivery_tables()
    for name in KNOWN:
        op.execute(
            f"CREATE TABLE known_{name} (id uuid, version integer, data jsonb NOT NULL, PRIMARY KEY (id, version))"
        )
    op.execute(KNOWN_COUNTRY_POLICIES + PENDING_FACTS + EVALUATED_TRANSCRIPTS)
    op.execute(VALIDATIONS + DECISIONS + CREDITS + LEDGER + COMPLETED_QUALIFICATIONS)
    for table, columns in SEEN_BY.items():
        for statement in row_level_security(table, *columns):
            op.execute(statement)
    grant("SELECT, INSERT", *(f"known_{name}" for name in (*KNOWN, "country_policies")))
    grant("SELECT, INSERT", "validations", "credits", "ledger_entries", "completed_qualifications")
    grant("SELECT, INSERT, UPDATE (state, version, superseded_by)", "decisions")
    grant("SELECT, INSERT, UPDATE", "ledger_heads", "evaluated_transcripts")
    grant("SELECT, INSERT, DELETE", "pending_facts")
