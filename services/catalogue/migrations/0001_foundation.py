"""Institutions, country policies, qualifications, comparabilities; and the tables by which facts travel."""

from alembic import op

from shared.migrations.delivery import create_delivery_tables
from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0001"
down_revision = None

INSTITUTIONS = """
CREATE TABLE institutions (
    institution_id uuid PRIMARY KEY,
    version integer NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    oid text UNIQUE,
    pic text,
    competences jsonb NOT NULL,
    demo boolean NOT NULL
);
CREATE INDEX institutions_country ON institutions (country, institution_id);
"""

COUNTRY_POLICIES = """
CREATE TABLE country_policies (
    country_policy_id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    country text NOT NULL,
    unit_recognition text NOT NULL,
    accumulation boolean NOT NULL,
    final_exam_only boolean NOT NULL,
    grade_transfer boolean NOT NULL,
    points_used boolean NOT NULL,
    max_share_abroad numeric(3, 2),
    appeal_days integer NOT NULL,
    minimum_age integer,
    legal_reference text NOT NULL,
    valid_from date NOT NULL,
    valid_until date
);
CREATE INDEX country_policies_country ON country_policies (country, country_policy_id);
"""

QUALIFICATIONS = """
CREATE TABLE qualifications (
    qualification_id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    owner_id uuid NOT NULL,
    awarding_body_id uuid NOT NULL,
    country text NOT NULL,
    title jsonb NOT NULL,
    eqf_level integer NOT NULL,
    nqf_level text,
    isced_f text NOT NULL,
    points numeric(6, 1),
    units jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_until date
);
CREATE INDEX qualifications_country ON qualifications (country, qualification_id);
CREATE INDEX qualifications_isced_f ON qualifications (isced_f, qualification_id);
CREATE INDEX qualifications_owner ON qualifications (owner_id, qualification_id);
"""

COMPARABILITIES = """
CREATE TABLE comparabilities (
    comparability_id uuid PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL,
    home_qualification_id uuid NOT NULL REFERENCES qualifications,
    home_unit_id uuid NOT NULL,
    host_qualification_id uuid NOT NULL REFERENCES qualifications,
    host_unit_id uuid NOT NULL,
    extent text NOT NULL,
    outcomes jsonb NOT NULL,
    declared_by uuid NOT NULL,
    withdrawn_on date,
    valid_from date NOT NULL,
    valid_until date
);
CREATE INDEX comparabilities_home_unit ON comparabilities (home_unit_id, comparability_id);
CREATE INDEX comparabilities_host_unit ON comparabilities (host_unit_id, comparability_id);
"""

WRITTEN_FOR = {
    "institutions": "country",
    "country_policies": "country",
    "qualifications": "owner_id",
    "comparabilities": "declared_by",
}

READ_BY_ALL = """
CREATE POLICY read_by_all ON institutions FOR SELECT USING (true);
CREATE POLICY read_by_all ON country_policies FOR SELECT USING (state = 'published');
CREATE POLICY read_by_all ON qualifications FOR SELECT USING (state = 'published');
CREATE POLICY read_by_all ON comparabilities FOR SELECT USING (true);
"""

# Whatever the application may come to do wrong: what others have built on does not change.
PUBLISHED_IS_IMMUTABLE = """
CREATE POLICY published_is_immutable ON qualifications
    AS RESTRICTIVE FOR UPDATE USING (state <> 'published') WITH CHECK (true);
"""


def upgrade() -> None:
    create_delivery_tables()
    op.execute(INSTITUTIONS + COUNTRY_POLICIES + QUALIFICATIONS + COMPARABILITIES)
    for table, column in WRITTEN_FOR.items():
        for statement in row_level_security(table, column):
            op.execute(statement)
        grant("SELECT, INSERT, UPDATE", table)
    op.execute(READ_BY_ALL + PUBLISHED_IS_IMMUTABLE)
