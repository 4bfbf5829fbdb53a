"""Memoranda, learners, learning agreements; what the catalogue said; how facts travel and requests are repeated."""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.delivery import create_delivery_tables
from shared.migrations.grants import grant
from shared.tenancy import ACTING_FOR, row_level_security

revision = "0001"
down_revision = None

REFERENCE = """
CREATE TABLE institutions (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    country text NOT NULL,
    functions text[] NOT NULL
);
CREATE TABLE qualifications (
    id uuid NOT NULL,
    version integer NOT NULL,
    unit_ids uuid[] NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE TABLE comparabilities (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    home_unit_id uuid NOT NULL,
    host_unit_id uuid NOT NULL,
    outcomes jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    withdrawn_on date
);
"""

MEMORANDA = """
CREATE TABLE memoranda (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    drafted_by uuid NOT NULL,
    party_ids uuid[] NOT NULL,
    terms jsonb NOT NULL,
    codes jsonb NOT NULL,
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    hash_profile text NOT NULL,
    approvals jsonb NOT NULL,
    ending jsonb
);
CREATE INDEX memoranda_party_ids ON memoranda USING gin (party_ids);
CREATE TABLE memorandum_versions (
    memorandum_id uuid NOT NULL REFERENCES memoranda (id),
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    hash_profile text NOT NULL,
    terms jsonb NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    PRIMARY KEY (memorandum_id, content_version)
);
"""

LEARNERS = """
CREATE TABLE learners (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    home_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    birth_date date NOT NULL,
    email text
);
CREATE INDEX learners_home ON learners (home_id, id);
"""

LEARNING_AGREEMENTS = """
CREATE TABLE learning_agreements (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    learner_id uuid NOT NULL REFERENCES learners (id),
    home_id uuid NOT NULL,
    host_id uuid NOT NULL,
    memorandum_id uuid NOT NULL REFERENCES memoranda (id),
    terms jsonb NOT NULL,
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    hash_profile text NOT NULL,
    signatures jsonb NOT NULL,
    started_on date,
    completed_on date,
    cancelled_because text
);
CREATE INDEX learning_agreements_learner ON learning_agreements (learner_id, id);
CREATE INDEX learning_agreements_home ON learning_agreements (home_id, id);
CREATE INDEX learning_agreements_host ON learning_agreements (host_id, id);
CREATE INDEX learning_agreements_memorandum ON learning_agreements (memorandum_id, id);
"""

# The rule of shared.tenancy for an array, and for a draft; and a version is seen by whoever sees its memorandum.
SHOWN = f"state <> 'draft' OR drafted_by::text = ANY ({ACTING_FOR})"
PARTIES_RULE = f"'{SYSTEM}' = ANY ({ACTING_FOR}) OR (party_ids::text[] && {ACTING_FOR} AND ({SHOWN}))"
VERSION_RULE = "EXISTS (SELECT FROM memoranda WHERE memoranda.id = memorandum_id)"
PARTIES_SECURITY = f"""
ALTER TABLE memoranda ENABLE ROW LEVEL SECURITY;
ALTER TABLE memoranda FORCE ROW LEVEL SECURITY;
CREATE POLICY acting_for ON memoranda USING ({PARTIES_RULE}) WITH CHECK ({PARTIES_RULE});
ALTER TABLE memorandum_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE memorandum_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY acting_for ON memorandum_versions USING ({VERSION_RULE}) WITH CHECK ({VERSION_RULE});
"""


def upgrade() -> None:
    create_delivery_tables()
    op.execute(REFERENCE + MEMORANDA + LEARNERS + LEARNING_AGREEMENTS)
    grant("SELECT, INSERT, UPDATE", "institutions", "comparabilities", "learning_agreements")
    grant("SELECT, INSERT", "qualifications", "memorandum_versions")
    grant("SELECT, INSERT, UPDATE, DELETE", "memoranda")
    grant("SELECT, INSERT, UPDATE (version)", "learners")  # UPDATE is what locking a row takes
    op.execute(PARTIES_SECURITY)
    for statement in (
        *row_level_security("learners", "home_id"),
        *row_level_security("learning_agreements", "home_id", "host_id", "learner_id"),
    ):
        op.execute(statement)
