"""Attempts in a partition for each week of their deliveries, so that old ones are dropped instead of deleted.

Ids of deliveries are UUIDv7: their order is that of time. The partitions have a schema of their own, where nobody but
the owner of the tables looks; the application makes and drops them through one function.
"""

from alembic import op

from shared.migrations.grants import application_role, grant
from shared.tenancy import row_level_security

revision = "0005"
down_revision = "0004"

FIRST_ID = """
CREATE FUNCTION first_id(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(
        substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) || decode(repeat('00', 10), 'hex'), 'hex'
    )::uuid
$$;
"""

# What is there goes on as the first partition, to which whoever is at work still writes. What is for no week that
# there is, however that came to be, is not lost either.
PARTITIONS = """
CREATE SCHEMA partitions;
ALTER TABLE attempts DROP CONSTRAINT attempts_delivery_id_fkey;
ALTER TABLE attempts RENAME TO attempts_before;
ALTER TABLE attempts_before SET SCHEMA partitions;
CREATE TABLE attempts (LIKE partitions.attempts_before INCLUDING DEFAULTS, PRIMARY KEY (delivery_id, id))
    PARTITION BY RANGE (delivery_id);
DO $$ BEGIN EXECUTE format(
    'ALTER TABLE attempts ATTACH PARTITION partitions.attempts_before FOR VALUES FROM (MINVALUE) TO (%L)',
    first_id(date_trunc('week', now()) + interval '1 week')
); END $$;
CREATE TABLE partitions.attempts_of_no_week PARTITION OF attempts DEFAULT;
"""

# An overlap means that an older partition has the week; a violated check, that the default one has some of it.
KEEP = """
CREATE FUNCTION keep_attempts(since timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    week timestamptz;
    old regclass;
    dropped integer := 0;
BEGIN
    FOR week IN SELECT generate_series(date_trunc('week', now()), now() + interval '4 weeks', '1 week') LOOP
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS partitions.%I PARTITION OF public.attempts FOR VALUES FROM (%L) TO (%L)',
                to_char(week, '"attempts_"IYYY_IW'), public.first_id(week), public.first_id(week + interval '1 week')
            );
        EXCEPTION WHEN invalid_object_definition OR check_violation THEN NULL;
        END;
    END LOOP;
    FOR old IN
        SELECT inhrelid::regclass FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'public.attempts'::regclass
        AND substring(pg_get_expr(relpartbound, pg_class.oid) FROM 'TO \\(''(.*)''\\)')::uuid <= public.first_id(since)
    LOOP
        EXECUTE format('DROP TABLE %s', old);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION keep_attempts FROM PUBLIC;
"""


def upgrade() -> None:
    for statements in (FIRST_ID, PARTITIONS, KEEP):
        op.execute(statements)
    for statement in row_level_security("attempts", "owner_id"):
        op.execute(statement)
    grant("SELECT, INSERT", "attempts")
    op.execute(f"GRANT EXECUTE ON FUNCTION keep_attempts TO {application_role()}")
    op.execute("SELECT keep_attempts('1970-01-01T00:00:00Z')")
