from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.deliveries import TRANSITIONS, Delivery, DeliveryState, Reason
from services.notifications.domain.subscriptions import Subscription
from services.notifications.tables import DELIVERIES, SUBSCRIPTIONS
from shared import paging
from shared.auth import Principal
from shared.envelope import Event
from shared.paging import PageRequest, Slice
from shared.problems import NotFound, VersionMismatch
from shared.tenancy import visible_to

NOT_IN_THE_FEED = 0
"""Positions of the feed begin with 1."""
CAN_BE_SENT_AGAIN = [state for state, _ in TRANSITIONS]

# What waits for a paused subscription is forgotten with its event: it could not be sent any more.
PRUNE = sa.text(
    """
    DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries
        WHERE created_at < :before
        AND (next_attempt_at IS NULL OR position <= (SELECT position FROM forgotten))
        ORDER BY created_at LIMIT :at_most FOR UPDATE SKIP LOCKED
    )
    """
)


async def load_delivery(
    tx: AsyncConnection, delivery_id: UUID, principal: Principal, *, for_update: bool = False
) -> Delivery:
    select = _visible(principal).where(DELIVERIES.c.id == delivery_id)
    row = (await tx.execute(select.with_for_update() if for_update else select)).one_or_none()
    if row is None:
        raise NotFound
    return _delivery(row)


@dataclass(frozen=True)
class Wanted:
    """Which deliveries; what is not named may be anything."""

    subscription_id: UUID | None = None
    states: Collection[DeliveryState] = ()
    type: str | None = None
    event_id: UUID | None = None
    since: datetime | None = None
    """When they were queued first, and `until`."""
    until: datetime | None = None
    after: UUID | None = None
    """Those after this one, by their ids."""

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        columns = DELIVERIES.c
        named = {
            columns.subscription_id: self.subscription_id,
            columns.type: self.type,
            columns.event_id: self.event_id,
        }
        found = [column == value for column, value in named.items() if value]
        if self.states:
            found.append(columns.state.in_(self.states))
        if self.since:
            found.append(columns.created_at >= self.since)
        if self.until:
            found.append(columns.created_at < self.until)
        if self.after:
            found.append(columns.id > self.after)
        return found


async def list_deliveries(
    tx: AsyncConnection, principal: Principal, page: PageRequest, wanted: Wanted
) -> Slice[Delivery]:
    select = _visible(principal).where(*wanted.conditions())
    return (await paging.fetch(tx, select, page, DELIVERIES.c.id)).map(_delivery)


@dataclass(frozen=True)
class QueuedAgain:
    number: int
    next: UUID | None
    """After which there may be more; None if these were all."""


async def queue_again(tx: AsyncConnection, principal: Principal, wanted: Wanted, at_most: int) -> QueuedAgain:
    """Queue the oldest of those that are over from the start of their schedule.

    What is under way keeps its own schedule.
    """
    over = (
        sa.select(DELIVERIES.c.id)
        .where(visible_to(principal, DELIVERIES.c.owner_id), DELIVERIES.c.next_attempt_at.is_(None))
        .where(DELIVERIES.c.state.in_(CAN_BE_SENT_AGAIN), *wanted.conditions())
        .order_by(DELIVERIES.c.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    again = {"state": DeliveryState.QUEUED, "failures": 0, "reason": None, "next_attempt_at": sa.func.now()}
    update = (
        sa.update(DELIVERIES).where(DELIVERIES.c.id.in_(over)).values(again | {"version": DELIVERIES.c.version + 1})
    )
    ids = (await tx.execute(update.returning(DELIVERIES.c.id))).scalars().all()
    return QueuedAgain(len(ids), max(ids) if len(ids) == at_most else None)


async def has_ping_under_way(tx: AsyncConnection, subscription_id: UUID) -> bool:
    under_way = sa.select(DELIVERIES.c.id).where(
        DELIVERIES.c.subscription_id == subscription_id,
        DELIVERIES.c.ping_body.is_not(None),
        DELIVERIES.c.next_attempt_at.is_not(None),
    )
    return (await tx.execute(under_way.limit(1))).one_or_none() is not None


async def add_ping(tx: AsyncConnection, subscription: Subscription, event: Event[Any]) -> Delivery:
    """Queue an event that is no part of the feed, ahead of what waits, and end the endpoint's rest."""
    insert = sa.insert(DELIVERIES).values(
        subscription_id=subscription.id,
        owner_id=subscription.owner_id,
        position=NOT_IN_THE_FEED,
        event_id=event.id,
        type=event.type,
        ping_body=event.body,
        next_attempt_at=subscription.created_at,
    )
    await tx.execute(sa.update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription.id).values(rests_until=None))
    return _delivery((await tx.execute(insert.returning(DELIVERIES))).one())


async def save_delivery(tx: AsyncConnection, delivery: Delivery) -> None:
    update = (
        sa.update(DELIVERIES)
        .where(DELIVERIES.c.id == delivery.id, DELIVERIES.c.version == delivery.version - 1)
        .values(
            state=delivery.state,
            version=delivery.version,
            failures=delivery.failures,
            next_attempt_at=delivery.next_attempt_at,
            reason=delivery.reason,
        )
    )
    if (await tx.execute(update)).rowcount == 0:
        raise VersionMismatch


async def count_dead_letters(tx: AsyncConnection, subscription_id: UUID) -> int:
    count = sa.select(sa.func.count()).where(
        DELIVERIES.c.subscription_id == subscription_id, DELIVERIES.c.state == DeliveryState.DEAD_LETTER
    )
    return (await tx.execute(count)).scalar_one()


async def prune_deliveries(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget some of the deliveries that are over, or of whose event nothing is left; how many."""
    return (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).rowcount


def _visible(principal: Principal) -> sa.Select[Any]:
    return sa.select(DELIVERIES).where(visible_to(principal, DELIVERIES.c.owner_id))


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        type=row.type,
        state=DeliveryState(row.state),
        version=row.version,
        failures=row.failures,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        reason=Reason(row.reason) if row.reason else None,
    )
