"""Versions of qualifications, units that are common to several of them, conditions of comparability.

The row of a qualification becomes what its designers work on; what was published is copied for life, and its row may
change again.
"""

from alembic import op

from shared.db import SYSTEM
from shared.migrations.grants import application_role, grant
from shared.tenancy import ACTING_FOR, row_level_security

revision = "0003"
down_revision = "0002"

# A default where one is needed: what runs before this revision still inserts rows without these columns.
QUALIFICATIONS = """
ALTER TABLE qualifications
    ADD COLUMN kind text,
    ADD COLUMN region text,
    ADD COLUMN designed_by_ids uuid[],
    ADD COLUMN supersedes_version integer,
    ADD COLUMN consents jsonb NOT NULL DEFAULT '[]';
CREATE INDEX qualifications_drafts ON qualifications (owner_id, qualification_id, version) WHERE state = 'draft';
CREATE INDEX qualifications_joint_drafts ON qualifications (qualification_id, version)
    WHERE state = 'draft' AND designed_by_ids IS NOT NULL;
"""

QUALIFICATION_VERSIONS = """
CREATE TABLE qualification_versions (
    qualification_id uuid NOT NULL REFERENCES qualifications,
    version integer NOT NULL,
    state text NOT NULL,
    owner_id uuid NOT NULL,
    awarding_body_id uuid NOT NULL,
    country text NOT NULL,
    region text,
    title jsonb NOT NULL,
    kind text,
    eqf_level integer NOT NULL,
    nqf_level text,
    isced_f text NOT NULL,
    points numeric(6, 1),
    designed_by_ids uuid[],
    units jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    supersedes_version integer,
    consents jsonb NOT NULL,
    published_at timestamptz,
    superseded_by integer,
    PRIMARY KEY (qualification_id, version)
);
CREATE UNIQUE INDEX qualification_versions_one_published ON qualification_versions (qualification_id)
    WHERE state = 'published';
CREATE INDEX qualification_versions_state ON qualification_versions (state, qualification_id, version);
CREATE INDEX qualification_versions_country ON qualification_versions (country, qualification_id, version);
CREATE INDEX qualification_versions_isced_f ON qualification_versions (isced_f, qualification_id, version);
CREATE INDEX qualification_versions_eqf_level ON qualification_versions (eqf_level, qualification_id, version);
CREATE INDEX qualification_versions_awarding_body ON qualification_versions
    (awarding_body_id, qualification_id, version);
CREATE INDEX qualification_versions_title ON qualification_versions USING gin (to_tsvector('simple', title));
"""

PUBLISHED_UNITS = """
CREATE TABLE published_units (
    unit_id uuid NOT NULL,
    qualification_id uuid NOT NULL REFERENCES qualifications,
    owner_id uuid NOT NULL,
    country text NOT NULL,
    isced_f text NOT NULL,
    eqf_level integer NOT NULL,
    title jsonb NOT NULL,
    unit jsonb NOT NULL,
    first_published_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, qualification_id)
);
CREATE INDEX published_units_qualification ON published_units (qualification_id, unit_id);
CREATE INDEX published_units_country ON published_units (country, unit_id, qualification_id);
CREATE INDEX published_units_isced_f ON published_units (isced_f, unit_id, qualification_id);
CREATE INDEX published_units_eqf_level ON published_units (eqf_level, unit_id, qualification_id);
CREATE INDEX published_units_title ON published_units USING gin (to_tsvector('simple', title));
"""

COMPARABILITIES = """
ALTER TABLE comparabilities
    ADD COLUMN conditions jsonb,
    ADD COLUMN home_eqf_level integer,
    ADD COLUMN host_eqf_level integer;
CREATE INDEX comparabilities_units ON comparabilities (home_unit_id, host_unit_id);
"""

# Row-level security binds the owner of the tables too.
FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"

# The time of a publication is known as long as the outbox keeps the fact.
CARRY_OVER = """
INSERT INTO qualification_versions (
    qualification_id, version, state, owner_id, awarding_body_id, country, title, eqf_level, nqf_level, isced_f,
    points, units, valid_from, valid_until, consents, published_at
)
SELECT qualification_id, version, state, owner_id, awarding_body_id, country, title, eqf_level, nqf_level, isced_f,
    points, units, valid_from, valid_until, consents, said.at
FROM qualifications LEFT JOIN (
    SELECT aggregateid, max(created_at) AS at FROM outbox
    WHERE type = 'acquis.qualification.published.v1' GROUP BY aggregateid
) AS said ON said.aggregateid = qualification_id::text
WHERE state = 'published';

INSERT INTO published_units
SELECT (unit ->> 'unit_id')::uuid, qualification_id, owner_id, country, isced_f, (unit ->> 'eqf_level')::integer,
    unit -> 'title', unit, coalesce(published_at, now())
FROM qualification_versions, jsonb_array_elements(units) AS unit;

UPDATE comparabilities SET
    home_eqf_level = (
        SELECT eqf_level FROM published_units
        WHERE unit_id = home_unit_id AND qualification_id = home_qualification_id
    ),
    host_eqf_level = (
        SELECT eqf_level FROM published_units
        WHERE unit_id = host_unit_id AND qualification_id = host_qualification_id
    );
"""

DESIGNED = f"designed_by_ids::text[] && {ACTING_FOR}"
POLICIES = f"""
CREATE POLICY read_by_designers ON qualifications FOR SELECT USING ({DESIGNED});
CREATE POLICY edited_by_designers ON qualifications FOR UPDATE USING ({DESIGNED}) WITH CHECK ({DESIGNED});
CREATE POLICY read_by_all ON qualification_versions FOR SELECT USING (true);
CREATE POLICY read_by_all ON published_units FOR SELECT USING (true);
DROP POLICY published_is_immutable ON qualifications;
"""


def upgrade() -> None:
    op.execute(FOR_ALL)
    op.execute(QUALIFICATIONS + QUALIFICATION_VERSIONS + PUBLISHED_UNITS + COMPARABILITIES)
    op.execute(CARRY_OVER)
    for table in ("qualification_versions", "published_units"):
        for statement in row_level_security(table, "owner_id"):
            op.execute(statement)
    op.execute(POLICIES)
    grant("SELECT, INSERT", "qualification_versions")
    # Whatever the application may come to do wrong: what others have built on does not change.
    op.execute(f"GRANT UPDATE (state, superseded_by) ON qualification_versions TO {application_role()}")
    grant("SELECT, INSERT, UPDATE, DELETE", "published_units")
