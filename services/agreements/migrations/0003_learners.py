"""More of what is known about a learner, identifiers encrypted at rest, erasure; links to sign by."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0003"
down_revision = "0002"

# Names and birth date can be erased. Defaults are for the rows there are, and for what the version before this inserts.
LEARNERS = """
ALTER TABLE learners
    ALTER COLUMN given_name DROP NOT NULL,
    ALTER COLUMN family_name DROP NOT NULL,
    ALTER COLUMN birth_date DROP NOT NULL,
    ADD COLUMN phone text,
    ADD COLUMN address text,
    ADD COLUMN nationality text,
    ADD COLUMN guardian jsonb,
    ADD COLUMN sealed_identifiers bytea,
    ADD COLUMN sealed_with text NOT NULL DEFAULT '',
    ADD COLUMN fingerprints text[] NOT NULL DEFAULT '{}',
    ADD COLUMN distinct_from uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN registered_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN erased_at timestamptz,
    ADD COLUMN erased_because text;
CREATE INDEX learners_fingerprints ON learners USING gin (fingerprints);
CREATE INDEX learners_sealed_with ON learners (sealed_with, id);
DROP POLICY acting_for ON learners;
"""

HISTORY = """
CREATE TABLE learner_history (
    id uuid PRIMARY KEY,
    learner_id uuid NOT NULL REFERENCES learners (id),
    home_id uuid NOT NULL,
    what text NOT NULL,
    done_by text NOT NULL,
    done_at timestamptz NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX learner_history_learner ON learner_history (learner_id, id);
"""

SIGNING_LINKS = """
CREATE TABLE signing_links (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    learning_agreement_id uuid NOT NULL REFERENCES learning_agreements (id) ON DELETE CASCADE,
    learner_id uuid NOT NULL REFERENCES learners (id),
    home_id uuid NOT NULL,
    side text NOT NULL,
    subject text NOT NULL,
    content_version integer NOT NULL,
    content_hash text NOT NULL,
    secret_hash text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    opened_at timestamptz,
    opened_from text,
    used_at timestamptz,
    used_from text,
    revoked_at timestamptz,
    revoked_by text
);
CREATE UNIQUE INDEX signing_links_secret ON signing_links (secret_hash);
CREATE INDEX signing_links_agreement ON signing_links (learning_agreement_id, id);
CREATE INDEX signing_links_learner ON signing_links (learner_id, id);
"""


def upgrade() -> None:
    op.execute(LEARNERS + HISTORY + SIGNING_LINKS)
    grant("UPDATE", "learners")
    grant("SELECT, INSERT", "learner_history")
    grant("SELECT, INSERT, UPDATE", "signing_links")
    for statement in (
        *row_level_security("learners", "home_id", "id"),
        *row_level_security("learner_history", "home_id", "learner_id"),
        # Whoever has the secret acts for its hash until it is known whose link it is.
        *row_level_security("signing_links", "home_id", "learner_id", "secret_hash"),
    ):
        op.execute(statement)
