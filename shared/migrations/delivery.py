"""The tables of `shared.tables`, as the first revision of every service makes them. Landed: never edit."""

from alembic import op

from shared.migrations.grants import grant

OUTBOX = """
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    traceparent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_published_at ON outbox (published_at) WHERE published_at IS NOT NULL;
CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_wakes_the_relay AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
"""

INBOX = """
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    taken_at timestamptz NOT NULL DEFAULT now()
);
"""

DEAD_LETTERS = """
CREATE TABLE dead_letters (
    id uuid PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL,
    type text,
    payload bytea NOT NULL,
    reason text NOT NULL,
    died_at timestamptz NOT NULL DEFAULT now(),
    replayed_at timestamptz,
    CONSTRAINT dead_letters_record UNIQUE (topic, partition, position)
);
CREATE INDEX dead_letters_waiting ON dead_letters (id) WHERE replayed_at IS NULL;
"""

IDEMPOTENCY_KEYS = """
CREATE TABLE idempotency_keys (
    scope bytea PRIMARY KEY,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    headers json NOT NULL,
    body bytea NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_keys_answered_at ON idempotency_keys (answered_at);
"""


def create_delivery_tables() -> None:
    """Outbox, inbox, dead letters and idempotency keys, with the rights of the application."""
    op.execute(OUTBOX + INBOX + DEAD_LETTERS + IDEMPOTENCY_KEYS)
    grant("SELECT, INSERT, UPDATE, DELETE", "outbox")
    grant("SELECT, INSERT", "inbox")
    grant("SELECT, INSERT, UPDATE", "dead_letters")
    grant("SELECT, INSERT, DELETE", "idempotency_keys")
    grant("SELECT", "alembic_version")
