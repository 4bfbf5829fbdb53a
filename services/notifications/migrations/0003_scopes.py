"""What others granted to a subscriber, how a subscription lives, and why a delivery failed."""

from alembic import op

from shared.migrations.grants import grant
from shared.tenancy import ACTING_FOR

revision = "0003"
down_revision = "0002"

GRANTS = """
CREATE TABLE scope_grants (
    id uuid PRIMARY KEY,
    grantee_id uuid NOT NULL,
    institution_id uuid,
    country text,
    qualification_ids uuid[] NOT NULL,
    granted_at timestamptz NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    CHECK ((institution_id IS NULL) <> (country IS NULL))
);
CREATE UNIQUE INDEX scope_grants_by_institution ON scope_grants (grantee_id, institution_id)
    WHERE state = 'granted' AND institution_id IS NOT NULL;
CREATE UNIQUE INDEX scope_grants_by_country ON scope_grants (grantee_id, country)
    WHERE state = 'granted' AND country IS NOT NULL;
CREATE INDEX scope_grants_grantee ON scope_grants (grantee_id, id);
CREATE INDEX scope_grants_institution ON scope_grants (institution_id, id);
CREATE INDEX scope_grants_country ON scope_grants (country, id);
"""

# Both sides see a grant, but only who gives it may write it.
GRANTED_BY = f"(institution_id::text = ANY ({ACTING_FOR}) OR country = ANY ({ACTING_FOR}))"
FOR_BOTH_SIDES = f"""
ALTER TABLE scope_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE scope_grants FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON scope_grants USING ('*' = ANY ({ACTING_FOR})) WITH CHECK ('*' = ANY ({ACTING_FOR}));
CREATE POLICY granting ON scope_grants USING {GRANTED_BY} WITH CHECK {GRANTED_BY};
CREATE POLICY granted ON scope_grants FOR SELECT USING (grantee_id::text = ANY ({ACTING_FOR}));
"""

# Until now a subscription kept the countries of the token that made it.
CARRIED_OVER = """
SELECT set_config('acquis.institution', '*', true);
INSERT INTO scope_grants (id, grantee_id, country, qualification_ids, granted_at, state, version)
SELECT new_id(), owner_id, country, '{}', now(), 'granted', 1
FROM (SELECT DISTINCT owner_id, unnest(countries) AS country FROM subscriptions WHERE state <> 'deleted') AS assumed;
"""

SUBSCRIPTIONS = """
ALTER TABLE subscriptions
    ADD COLUMN institution_ids uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN own_learners boolean NOT NULL DEFAULT false,
    ADD COLUMN ordered boolean NOT NULL DEFAULT false,
    ADD COLUMN sealed_old_secret bytea,
    ADD COLUMN old_secret_until timestamptz,
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN rests_until timestamptz,
    ADD COLUMN warned boolean NOT NULL DEFAULT false;
CREATE INDEX subscriptions_failing ON subscriptions (failing_since) WHERE failing_since IS NOT NULL;
"""

DELIVERIES = """
ALTER TABLE deliveries
    ADD COLUMN key text,
    ADD COLUMN ping_body bytea,
    ADD COLUMN reason text;
CREATE INDEX deliveries_in_order ON deliveries (subscription_id, key, position)
    WHERE next_attempt_at IS NOT NULL AND key IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (subscription_id, id) WHERE state = 'dead_letter';
ALTER TABLE attempts
    ADD COLUMN url text,
    ADD COLUMN signature text,
    ADD COLUMN response text;
"""

# A competent body reads what happened in its country if its token says so and it was granted.
FEED = f"""
ALTER TABLE feed ADD COLUMN home_id uuid;
DROP POLICY audience ON feed;
CREATE POLICY audience ON feed FOR SELECT USING (
    (everyone AND cardinality({ACTING_FOR}) > 0)
    OR institution_ids::text[] && {ACTING_FOR}
    OR institution_ids && (
        SELECT array_agg(institution_id) FROM scope_grants
        WHERE state = 'granted' AND institution_id IS NOT NULL AND grantee_id::text = ANY ({ACTING_FOR})
    )
    OR country = ANY ((
        SELECT array_agg(scope_grants.country) FROM scope_grants
        WHERE state = 'granted' AND scope_grants.country = ANY ({ACTING_FOR})
            AND grantee_id::text = ANY ({ACTING_FOR})
    )::text[])
);
"""  # noqa: S608 - made of our own expression


def upgrade() -> None:
    for statements in (GRANTS, CARRIED_OVER, FOR_BOTH_SIDES, SUBSCRIPTIONS, DELIVERIES, FEED):
        op.execute(statements)
    grant("SELECT, INSERT, UPDATE", "scope_grants")
