"""Claiming what is due: each delivery is in one worker's hand at a time, until its lease ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.entitlement import entitled
from services.notifications.store.listeners import LISTENER, audience, listener
from shared.db import run
from shared.telemetry import current_traceparent


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker alone may send until its lease ends; `version` proves the claim."""

    id: UUID
    version: int
    subscription_id: UUID
    owner_id: UUID
    failures: int
    event_id: UUID
    type: str
    traceparent: str
    body: bytes
    url: str
    position: int
    """In the feed."""
    sealed_secrets: tuple[bytes, ...]
    """The one that is valid, and while a rotation lasts the one before."""
    is_ping: bool = False
    failing: bool = False
    """Whether the endpoint only failed until now, or is given a rest."""


@dataclass(frozen=True)
class Shares:
    """How many may be claimed for each of these, and for any other."""

    free: Mapping[UUID, int]
    otherwise: int


# Each subscription has its queue in the index and the recursion leaps from one to the next, so however long one of them
# is, the others do not wait behind it. Each owner has a share, and within it each of its subscriptions; both come by
# chance, so that none is always last when there is no room for all. One whose endpoint is down, or asked to be left
# alone, gets one attempt after each rest: none while something of it is in hand.
CLAIM = sa.text(
    f"""
    WITH RECURSIVE queues AS (
        (SELECT subscription_id FROM deliveries WHERE next_attempt_at IS NOT NULL ORDER BY subscription_id LIMIT 1)
        UNION ALL
        SELECT following.subscription_id FROM queues CROSS JOIN LATERAL (
            SELECT subscription_id FROM deliveries
            WHERE next_attempt_at IS NOT NULL AND subscription_id > queues.subscription_id
            ORDER BY subscription_id LIMIT 1
        ) AS following
    ), shares AS (
        SELECT owner_id, subscription_id, ordered, random() AS chance,
            CASE WHEN rests_until IS NULL THEN coalesce(free, :otherwise)
                WHEN free < :otherwise THEN 0 ELSE 1 END AS free
        FROM queues JOIN subscriptions ON subscriptions.id = subscription_id
        LEFT JOIN unnest(:subscription_ids, :free) AS known (subscription_id, free) USING (subscription_id)
        WHERE subscriptions.state <> 'paused' AND coalesce(rests_until <= now(), true)
    ), owners AS (
        SELECT owner_id, array_agg(subscription_id ORDER BY chance) AS subscription_ids,
            array_agg(ordered ORDER BY chance) AS ordered, array_agg(shares.free ORDER BY chance) AS shares,
            coalesce(min(known.free), :otherwise_of_owner) AS free
        FROM shares LEFT JOIN unnest(:owner_ids, :free_of_owner) AS known (owner_id, free) USING (owner_id)
        GROUP BY owner_id ORDER BY random()
    ), due AS (
        SELECT head.* FROM owners CROSS JOIN LATERAL (
            SELECT head.* FROM unnest(owners.subscription_ids, owners.ordered, owners.shares)
                AS mine (subscription_id, ordered, free)
            CROSS JOIN LATERAL (
                SELECT id, subscription_id, position FROM deliveries AS delivery
                WHERE subscription_id = mine.subscription_id AND next_attempt_at <= now()
                AND (NOT mine.ordered OR NOT EXISTS (
                    SELECT FROM deliveries AS earlier
                    WHERE earlier.subscription_id = mine.subscription_id AND earlier.key = delivery.key
                    AND earlier.position < delivery.position AND earlier.next_attempt_at IS NOT NULL
                ))
                ORDER BY next_attempt_at LIMIT mine.free FOR UPDATE OF delivery SKIP LOCKED
            ) AS head
            LIMIT owners.free
        ) AS head
        LIMIT :at_most
    ), wanted AS (
        SELECT due.id, CASE
                WHEN delivery.ping_body IS NOT NULL THEN subscription.state <> 'deleted'
                ELSE feed.position IS NOT NULL AND subscription.state = 'active'
            END AS still,
            feed.position IS NULL AS forgotten, delivery.ping_body IS NOT NULL AS is_ping,
            due.position, feed.traceparent, coalesce(delivery.ping_body, feed.body) AS body,
            feed.everyone, feed.institution_ids AS concerned, feed.country, feed.qualification_id, feed.home_id,
            subscription.url, subscription.sealed_secret,
            subscription.failing_since IS NOT NULL OR subscription.rests_until IS NOT NULL AS failing,
            CASE WHEN subscription.old_secret_until > now() THEN subscription.sealed_old_secret END AS old_secret,
            {LISTENER}
        FROM due JOIN deliveries AS delivery USING (id)
        JOIN subscriptions AS subscription ON subscription.id = due.subscription_id
        LEFT JOIN feed ON feed.position = due.position
    ), claimed AS (
        UPDATE deliveries AS delivery
        SET version = delivery.version + 1,
            state = CASE WHEN still THEN 'delivering' ELSE 'dead_letter' END,
            reason = CASE WHEN still THEN NULL WHEN forgotten THEN 'forgotten' ELSE 'subscription_over' END,
            next_attempt_at = CASE WHEN still THEN now() + :lease END
        FROM wanted WHERE delivery.id = wanted.id
        RETURNING delivery.id, delivery.version, subscription_id, failures, event_id, type
    )
    SELECT wanted.*, version, subscription_id, failures, event_id, type
    FROM claimed JOIN wanted USING (id) WHERE still ORDER BY position
    """  # noqa: S608 - made of our own column names
).bindparams(
    *(sa.bindparam(name, type_=pg.ARRAY(sa.Uuid)) for name in ("subscription_ids", "owner_ids")),
    *(sa.bindparam(name, type_=pg.ARRAY(sa.Integer)) for name in ("free", "free_of_owner")),
    *(sa.bindparam(name, type_=sa.Integer) for name in ("otherwise", "otherwise_of_owner", "at_most")),
    sa.bindparam("lease", type_=sa.Interval),
)
STILL_WANTED = sa.text(
    f"""
    SELECT subscription.state, coalesce(subscription.rests_until <= now(), true) AS rested, feed.type, feed.everyone,
        feed.institution_ids AS concerned, feed.country, feed.qualification_id, feed.home_id, {LISTENER}
    FROM subscriptions AS subscription, feed
    WHERE subscription.id = :subscription_id AND feed.position = :position
    """  # noqa: S608 - made of our own column names
)
GIVE_BACK = sa.text(
    "UPDATE deliveries AS delivery SET state = 'dead_letter', reason = 'not_entitled', next_attempt_at = NULL,"
    " version = delivery.version + 1"
    " FROM unnest(:ids, :versions) AS given (id, claim) WHERE delivery.id = given.id AND delivery.version = claim"
).bindparams(sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)), sa.bindparam("versions", type_=pg.ARRAY(sa.Integer)))


async def claim_due(
    tx: AsyncConnection, *, at_most: int, owners: Shares, subscriptions: Shares, lease: timedelta
) -> list[Claimed]:
    """Claim the oldest that are due, of each owner and each of its subscriptions no more than its share.

    What nobody wants any more, may not hear any more, or is pruned, becomes a dead letter instead.
    """
    shares = {
        "subscription_ids": list(subscriptions.free),
        "free": list(subscriptions.free.values()),
        "otherwise": subscriptions.otherwise,
        "owner_ids": list(owners.free),
        "free_of_owner": list(owners.free.values()),
        "otherwise_of_owner": owners.otherwise,
    }
    rows = await run(tx, CLAIM, {"at_most": at_most, "lease": lease, **shares})
    latest = {row.subscription_id: row for row in rows}
    listeners = {subscription_id: listener(row) for subscription_id, row in latest.items()}
    refused = [
        row for row in rows if not (row.is_ping or entitled(listeners[row.subscription_id], row.type, audience(row)))
    ]
    if refused:
        await run(tx, GIVE_BACK, {"ids": [row.id for row in refused], "versions": [row.version for row in refused]})
    given_back = {row.id for row in refused}
    return [_claimed(row) for row in rows if row.id not in given_back]


async def is_still_wanted(tx: AsyncConnection, claimed: Claimed) -> bool:
    """Whether it would be claimed now: while it waits it may be withdrawn, or its endpoint ask to be left alone."""
    where = {"subscription_id": claimed.subscription_id, "position": claimed.position}
    rows = await run(tx, STILL_WANTED, where)
    return claimed.is_ping or any(
        row.state == "active" and row.rested and entitled(listener(row), row.type, audience(row)) for row in rows
    )


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        version=row.version,
        subscription_id=row.subscription_id,
        owner_id=row.owner_id,
        failures=row.failures,
        event_id=row.event_id,
        type=row.type,
        traceparent=row.traceparent or current_traceparent(),
        body=row.body,
        url=row.url,
        position=row.position,
        sealed_secrets=tuple(sealed for sealed in (row.sealed_secret, row.old_secret) if sealed),
        is_ping=row.is_ping,
        failing=row.failing,
    )
