"""Subscriptions, the feed, deliveries and attempts; and how facts travel and requests are repeated."""

from alembic import op

from shared.migrations.delivery import create_delivery_tables
from shared.migrations.grants import grant
from shared.tenancy import ACTING_FOR, row_level_security

revision = "0001"
down_revision = None

# UUIDv7, for PostgreSQL before 18: 48 bits of milliseconds over a random UUID, then the version in bits 52 to 55.
NEW_ID = """
CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid()) PLACING
                substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;
"""

SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    url text NOT NULL,
    event_types text[] NOT NULL,
    countries text[] NOT NULL,
    qualification_ids uuid[] NOT NULL,
    description text,
    sealed_secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL,
    version integer NOT NULL
);
CREATE INDEX subscriptions_owner ON subscriptions (owner_id, id);
CREATE INDEX subscriptions_active ON subscriptions (id) WHERE state = 'active';
"""

FEED = """
CREATE TABLE feed (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    sequence integer NOT NULL,
    time timestamptz NOT NULL,
    traceparent text NOT NULL,
    body bytea NOT NULL,
    everyone boolean NOT NULL,
    institution_ids uuid[] NOT NULL,
    country text,
    qualification_id uuid,
    taken_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX feed_event_id ON feed (event_id);
CREATE INDEX feed_taken_at ON feed (taken_at);
"""

DELIVERIES = """
CREATE TABLE deliveries (
    id uuid PRIMARY KEY DEFAULT new_id(),
    subscription_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    version integer NOT NULL DEFAULT 1,
    failures integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deliveries_due ON deliveries (subscription_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_owner ON deliveries (owner_id, id);
CREATE INDEX deliveries_subscription ON deliveries (subscription_id, id);
CREATE INDEX deliveries_created_at ON deliveries (created_at);
"""

ATTEMPTS = """
CREATE TABLE attempts (
    delivery_id uuid REFERENCES deliveries ON DELETE CASCADE,
    id uuid,
    owner_id uuid NOT NULL,
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    status smallint,
    error text,
    PRIMARY KEY (delivery_id, id)
);
"""

WAKE_UPS = """
CREATE FUNCTION notify_feed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('feed', ''); RETURN NULL; END $$;
CREATE TRIGGER feed_wakes_the_pollers AFTER INSERT ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_feed();
CREATE FUNCTION notify_deliveries() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('deliveries', ''); RETURN NULL; END $$;
CREATE TRIGGER deliveries_wake_the_worker AFTER INSERT ON deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION notify_deliveries();
"""

FOR_ITS_AUDIENCE = f"""
ALTER TABLE feed ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON feed USING ('*' = ANY ({ACTING_FOR})) WITH CHECK ('*' = ANY ({ACTING_FOR}));
CREATE POLICY audience ON feed FOR SELECT USING (
    (everyone AND cardinality({ACTING_FOR}) > 0)
    OR institution_ids::text[] && {ACTING_FOR}
    OR country = ANY ({ACTING_FOR})
);
"""


def upgrade() -> None:
    create_delivery_tables()
    for statements in (NEW_ID, SUBSCRIPTIONS, FEED, DELIVERIES, ATTEMPTS, WAKE_UPS, FOR_ITS_AUDIENCE):
        op.execute(statements)
    for table in ("subscriptions", "deliveries", "attempts"):
        for statement in row_level_security(table, "owner_id"):
            op.execute(statement)
    grant("SELECT, INSERT, UPDATE", "subscriptions")
    grant("SELECT, INSERT, DELETE", "feed")
    grant("SELECT, INSERT, UPDATE, DELETE", "deliveries")
    grant("SELECT, INSERT", "attempts")
