"""How far the feed was passed on to the public topic; contacts of subscriptions and the notices to them."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import row_level_security

revision = "0004"
down_revision = "0003"

RELAYED = """
CREATE TABLE relayed (
    topic text PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO relayed VALUES ('acquis.public.v1', 0);
"""

CONTACTS = """
CREATE TABLE contacts (
    subscription_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    sealed_email bytea,
    language text NOT NULL,
    version integer NOT NULL
);
"""

NOTICES = """
CREATE TABLE notices (
    id uuid PRIMARY KEY DEFAULT new_id(),
    subscription_id uuid NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT now(),
    sent_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX notices_event_id ON notices (event_id);
CREATE INDEX notices_due ON notices (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX notices_created_at ON notices (created_at);
"""


def upgrade() -> None:
    for statements in (RELAYED, CONTACTS, NOTICES):
        op.execute(statements)
    for statement in (
        *row_level_security("relayed"),
        *row_level_security("contacts", "owner_id"),
        *row_level_security("notices"),
    ):
        op.execute(statement)
    grant("SELECT, UPDATE", "relayed")
    grant("SELECT, INSERT, UPDATE, DELETE", "contacts")
    grant("SELECT, INSERT, UPDATE, DELETE", "notices")
