"""Memoranda as they are negotiated, amended, suspended and ended; what time has to do."""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import grant
from shared.tenancy import ACTING_FOR

revision = "0002"
down_revision = "0001"

# Row-level security binds the owner too, who has to see all rows to carry them over.
ACT_FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"

MEMORANDA = """
ALTER TABLE memoranda
    ADD COLUMN proposed_by uuid,
    ADD COLUMN contents integer NOT NULL DEFAULT 1,
    ADD COLUMN countries text[] NOT NULL DEFAULT '{}',
    ADD COLUMN amendment jsonb,
    ADD COLUMN suspensions jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN notice jsonb,
    ADD COLUMN general_info jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN override jsonb;
CREATE INDEX memoranda_countries ON memoranda USING gin (countries);
UPDATE memoranda SET
    proposed_by = drafted_by,
    countries = ARRAY(
        SELECT DISTINCT institutions.country FROM institutions WHERE institutions.id = ANY (party_ids) ORDER BY 1
    );
"""

VERSIONS = """
ALTER TABLE memorandum_versions
    ADD COLUMN changed_from integer,
    ADD COLUMN changes jsonb,
    ADD COLUMN approvals jsonb,
    ADD COLUMN in_force_at timestamptz,
    ADD COLUMN superseded_at timestamptz,
    ADD COLUMN dropped_at timestamptz;
UPDATE memorandum_versions AS snapshot SET
    approvals = memoranda.approvals,
    in_force_at = (
        SELECT max((approval ->> 'approved_at')::timestamptz)
        FROM jsonb_array_elements(memoranda.approvals) AS approval
    )
FROM memoranda WHERE memoranda.id = snapshot.memorandum_id AND memoranda.state = 'active';
UPDATE memorandum_versions AS snapshot SET dropped_at = (memoranda.ending ->> 'ended_at')::timestamptz
FROM memoranda WHERE memoranda.id = snapshot.memorandum_id AND memoranda.state IN ('rejected', 'withdrawn');
"""

HISTORY = """
CREATE TABLE memorandum_history (
    memorandum_id uuid NOT NULL REFERENCES memoranda (id) ON DELETE CASCADE,
    version integer NOT NULL,
    command text NOT NULL,
    institution_id uuid,
    actor text,
    taken_at timestamptz NOT NULL,
    content_version integer NOT NULL,
    reason text,
    before jsonb,
    PRIMARY KEY (memorandum_id, version)
);
"""

# Like the outbox it names nobody and no API shows it: each transition writes it, whomever it acts for.
DUE_TRANSITIONS = """
CREATE TABLE due_transitions (
    aggregate text NOT NULL,
    aggregate_id uuid NOT NULL,
    command text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (aggregate_id, command)
);
CREATE INDEX due_transitions_due_at ON due_transitions (due_at, aggregate_id, command);
INSERT INTO due_transitions
    SELECT 'memorandum', id, 'expire', ((terms ->> 'valid_until')::date + 1)::timestamp AT TIME ZONE 'UTC'
    FROM memoranda WHERE state = 'active';
INSERT INTO due_transitions
    SELECT 'memorandum', id, 'begin', (terms ->> 'valid_from')::date::timestamp AT TIME ZONE 'UTC'
    FROM memoranda WHERE state = 'active' AND (terms ->> 'valid_from')::date > (now() AT TIME ZONE 'UTC')::date;
"""

# A competent body sees, and may suspend, what was ever proposed between parties of its countries; it makes none.
IN_SCOPE = f"state <> 'draft' AND countries && {ACTING_FOR}"
HISTORY_RULE = "EXISTS (SELECT FROM memoranda WHERE memoranda.id = memorandum_id)"
SECURITY = f"""
CREATE POLICY read_in_scope ON memoranda FOR SELECT USING ({IN_SCOPE});
CREATE POLICY change_in_scope ON memoranda FOR UPDATE USING ({IN_SCOPE}) WITH CHECK ({IN_SCOPE});
ALTER TABLE memorandum_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE memorandum_history FORCE ROW LEVEL SECURITY;
CREATE POLICY acting_for ON memorandum_history USING ({HISTORY_RULE}) WITH CHECK ({HISTORY_RULE});
"""


def upgrade() -> None:
    op.execute(ACT_FOR_ALL)
    op.execute(MEMORANDA + VERSIONS + HISTORY + DUE_TRANSITIONS + SECURITY)
    grant("UPDATE (approvals, in_force_at, superseded_at, dropped_at)", "memorandum_versions")
    grant("SELECT, INSERT", "memorandum_history")
    grant("SELECT, INSERT, UPDATE, DELETE", "due_transitions")
