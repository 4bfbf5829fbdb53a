"""Learning agreements as they are signed by link, changed abroad, interrupted and complemented."""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import grant
from shared.tenancy import ACTING_FOR

revision = "0004"
down_revision = "0003"

# An empty object says that nothing is known; `replay` of the catalogue's topic fills it.
REFERENCE = """
ALTER TABLE qualifications
    ADD COLUMN outcomes jsonb NOT NULL DEFAULT '{}'::jsonb,
    ADD COLUMN eqf_level integer,
    ADD COLUMN nqf_level text;
CREATE TABLE country_policies (
    id uuid NOT NULL,
    version integer NOT NULL,
    country text NOT NULL,
    minimum_age integer,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (id, version)
);
CREATE INDEX country_policies_country ON country_policies (country, version);
"""

# What is generated follows `terms` also where the version before this one writes a row.
LEARNING_AGREEMENTS = """
ALTER TABLE learning_agreements
    ADD COLUMN proposal jsonb,
    ADD COLUMN contacts jsonb NOT NULL DEFAULT '{}'::jsonb,
    ADD COLUMN ending jsonb,
    ADD COLUMN complement jsonb,
    ADD COLUMN starts_on text GENERATED ALWAYS AS (terms ->> 'starts_on') STORED,
    ADD COLUMN ends_on text GENERATED ALWAYS AS (terms ->> 'ends_on') STORED,
    ADD COLUMN project_code text GENERATED ALWAYS AS (terms ->> 'project_code') STORED;
CREATE INDEX learning_agreements_home_state ON learning_agreements (home_id, state, id);
CREATE INDEX learning_agreements_host_state ON learning_agreements (host_id, state, id);
CREATE INDEX learning_agreements_project ON learning_agreements (project_code, id);
"""

HISTORY = """
CREATE TABLE learning_agreement_versions (
    learning_agreement_id uuid NOT NULL REFERENCES learning_agreements (id),
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    hash_profile text NOT NULL,
    terms jsonb NOT NULL,
    reasons jsonb NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    PRIMARY KEY (learning_agreement_id, content_version)
);
CREATE TABLE learning_agreement_signatures (
    learning_agreement_id uuid NOT NULL,
    content_version integer NOT NULL,
    side text NOT NULL,
    signatory text NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (learning_agreement_id, content_version, side),
    FOREIGN KEY (learning_agreement_id, content_version)
        REFERENCES learning_agreement_versions (learning_agreement_id, content_version)
);
CREATE TABLE learning_agreement_comments (
    id uuid PRIMARY KEY,
    learning_agreement_id uuid NOT NULL REFERENCES learning_agreements (id),
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    text text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL
);
CREATE TABLE learning_agreement_contact_changes (
    learning_agreement_id uuid NOT NULL REFERENCES learning_agreements (id) ON DELETE CASCADE,
    version integer NOT NULL,
    side text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (learning_agreement_id, version)
);
CREATE INDEX learning_agreement_comments_agreement ON learning_agreement_comments (learning_agreement_id, id);
"""

# The migration acts for everybody, so that the rules of the tables show it the rows that it carries over.
FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true);"
CARRIED_OVER = """
UPDATE learning_agreements
    SET ending = jsonb_build_object('side', 'home', 'reason', cancelled_because, 'ended_at', NULL)
    WHERE cancelled_because IS NOT NULL;
INSERT INTO learning_agreement_versions
    SELECT id, content_version, content_hash, hash_profile, terms, '[]'::jsonb, 'home',
        (signatures -> 0 ->> 'signed_at')::timestamptz
    FROM learning_agreements WHERE signatures <> '[]'::jsonb;
INSERT INTO learning_agreement_signatures
    SELECT id, content_version, signed ->> 'side', signed ->> 'signatory', (signed ->> 'signed_at')::timestamptz
    FROM learning_agreements, jsonb_array_elements(signatures) AS signed;
"""

# What comes of an agreement: its changes, the clock that starts it, and what home decided on its units. A decision may
# be heard of before, or without, its agreement, so no foreign key; only the system hears it.
AFTERWARDS = """
ALTER TABLE learning_agreements
    ADD COLUMN started_by_clock boolean NOT NULL DEFAULT false,
    ADD COLUMN last_change text,
    ADD COLUMN changed boolean NOT NULL DEFAULT false;
CREATE INDEX learning_agreements_partners ON learning_agreements (home_id, host_id, starts_on);
CREATE TABLE learning_agreement_changes (
    learning_agreement_id uuid NOT NULL,
    content_version integer NOT NULL,
    instead_of integer NOT NULL,
    differences jsonb NOT NULL,
    ending jsonb,
    PRIMARY KEY (learning_agreement_id, content_version),
    FOREIGN KEY (learning_agreement_id, content_version)
        REFERENCES learning_agreement_versions (learning_agreement_id, content_version)
);
CREATE TABLE unit_decisions (
    learning_agreement_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    said text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (learning_agreement_id, unit_id)
);
INSERT INTO due_transitions
    SELECT 'learning_agreement', id, 'start', greatest(starts_on::date, current_date + 1)::timestamp AT TIME ZONE 'UTC'
    FROM learning_agreements WHERE state = 'agreed' AND ends_on::date > current_date;
"""

# Seen by whoever sees the agreement.
HISTORIES = (
    "learning_agreement_versions",
    "learning_agreement_signatures",
    "learning_agreement_comments",
    "learning_agreement_contact_changes",
)
CHANGES, DECISIONS = "learning_agreement_changes", "unit_decisions"
RULE = (
    f"'{SYSTEM}' = ANY ({ACTING_FOR})"
    " OR EXISTS (SELECT FROM learning_agreements WHERE learning_agreements.id = learning_agreement_id)"
)


def upgrade() -> None:
    op.execute(REFERENCE + LEARNING_AGREEMENTS + HISTORY + FOR_ALL + CARRIED_OVER + AFTERWARDS)
    grant("DELETE", "learning_agreements")
    grant("UPDATE", "qualifications")
    grant("SELECT, INSERT", "country_policies")
    grant("SELECT, INSERT", *HISTORIES, DECISIONS)
    grant("SELECT, INSERT, UPDATE (ending)", CHANGES)
    for table in (*HISTORIES, CHANGES, DECISIONS):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in (*HISTORIES, CHANGES):
        op.execute(f"CREATE POLICY acting_for ON {table} USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY acting_for ON {DECISIONS} USING ({RULE}) WITH CHECK ('{SYSTEM}' = ANY ({ACTING_FOR}))")
