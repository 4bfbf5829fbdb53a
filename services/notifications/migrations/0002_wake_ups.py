"""The worker is woken by deliveries alone, not by an event that nobody is subscribed to."""

from alembic import op

revision = "0002"
down_revision = "0001"

WAKE_UPS = """
CREATE OR REPLACE FUNCTION notify_deliveries() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF EXISTS (SELECT FROM queued) THEN PERFORM pg_notify('deliveries', ''); END IF; RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER deliveries_wake_the_worker AFTER INSERT ON deliveries REFERENCING NEW TABLE AS queued
    FOR EACH STATEMENT EXECUTE FUNCTION notify_deliveries();
"""


def upgrade() -> None:
    op.execute(WAKE_UPS)
