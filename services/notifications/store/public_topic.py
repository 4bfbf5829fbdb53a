"""How far the feed was passed on to the public topic, and what comes next."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.tables import FEED, RELAYED


@dataclass(frozen=True)
class Public:
    """An entry of the feed that everybody may see."""

    position: int
    event_id: UUID
    type: str
    key: str
    traceparent: str
    body: bytes


@dataclass(frozen=True)
class Stretch:
    """A part of the feed: what everybody may see of it, and its last position."""

    entries: list[Public]
    end: int


async def hold_position(tx: AsyncConnection, topic: str) -> int | None:
    """The last position passed on, held until the transaction ends; None while another process holds it."""
    select = sa.select(RELAYED.c.position).where(RELAYED.c.topic == topic)
    position: int | None = await tx.scalar(select.with_for_update(skip_locked=True))
    return position


async def read_public(tx: AsyncConnection, after: int, at_most: int) -> Stretch:
    """What comes after a position, so many entries of the feed at the most; positions are committed in their order."""
    ahead = sa.select(FEED.c.position).where(FEED.c.position > after).order_by(FEED.c.position).limit(at_most)
    end: int | None = await tx.scalar(sa.select(sa.func.max(ahead.subquery().c.position)))
    if end is None:
        return Stretch([], after)
    columns: list[sa.Column[Any]] = [FEED.c[name] for name in Public.__dataclass_fields__]
    select = sa.select(*columns).where(FEED.c.everyone, FEED.c.position > after, FEED.c.position <= end)
    rows = await tx.execute(select.order_by(FEED.c.position))
    return Stretch([Public(*row) for row in rows], end)


async def save_position(tx: AsyncConnection, topic: str, position: int) -> None:
    await tx.execute(sa.update(RELAYED).where(RELAYED.c.topic == topic).values(position=position))
