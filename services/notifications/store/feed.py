"""Reading the feed: who may read on from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.entitlement import Reach, entitled, reader
from services.notifications.store.grants import load_reach
from services.notifications.store.listeners import audience
from services.notifications.tables import FEED, FORGOTTEN
from shared.auth import Principal
from shared.tenancy import visible_to

LOOKED_AT = 2_000
"""Entries in one look, whomever they are for: a few milliseconds, however large a page is wanted."""


@dataclass(frozen=True)
class Stretch:
    """The entries after a position, up to another."""

    after: int
    until: int
    at_end: bool
    """Whether there was nothing after it yet, for anybody."""


@dataclass(frozen=True)
class FeedEntry:
    position: int
    body: bytes
    """The exact bytes that were published."""


@dataclass(frozen=True)
class FeedPage:
    """Some entries, and the position after which to read on."""

    entries: Sequence[FeedEntry]
    next: int
    at_end: bool
    """Whether there was nothing after it yet, for anybody."""

    @property
    def bodies(self) -> list[bytes]:
        return [entry.body for entry in self.entries]


PRUNE = sa.text(
    """
    WITH gone AS (
        DELETE FROM feed WHERE position IN (
            SELECT position FROM feed WHERE taken_at < :before ORDER BY taken_at LIMIT :at_most
        )
        RETURNING position
    ), noted AS (
        UPDATE forgotten SET position = latest FROM (SELECT max(position) AS latest FROM gone) AS last
        WHERE latest > forgotten.position
    )
    SELECT count(*) FROM gone
    """
)


async def next_stretch(tx: AsyncConnection, after: int) -> Stretch:
    """The entries after a position that are looked at together, whomever they are for; only `SYSTEM` sees them."""
    ahead = sa.select(FEED.c.position).where(FEED.c.position > after).order_by(FEED.c.position).limit(LOOKED_AT)
    positions = ahead.subquery().c.position
    number, last = (await tx.execute(sa.select(sa.func.count(), sa.func.max(positions)))).one()
    return Stretch(after, last or after, at_end=number < LOOKED_AT)


async def read_feed(tx: AsyncConnection, principal: Principal, stretch: Stretch, limit: int) -> FeedPage:
    """What of it the caller may read, the first so many; nothing can come any more between what is already there.

    However little that is, it takes one look at a stretch: an index or the database's own rules cannot tell everything.
    """
    reach = await load_reach(tx, principal)
    heard = reader(principal.org, reach)
    rows = await tx.execute(_candidates(principal, reach, stretch))
    positions = [row.position for row in rows if entitled(heard, row.type, audience(row))]
    entries = await _entries(tx, positions[:limit])
    if len(positions) >= limit:
        return FeedPage(entries, entries[-1].position, at_end=False)
    return FeedPage(entries, stretch.until, stretch.at_end)


async def forgotten_until(tx: AsyncConnection) -> int:
    """The last position that was pruned, whomever it was for; only `SYSTEM` sees it."""
    forgotten: int = (await tx.execute(sa.select(FORGOTTEN.c.position))).scalar_one()
    return forgotten


async def prune_feed(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget some entries taken in before a time, and note how far; how many."""
    number: int = (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).scalar_one()
    return number


def _candidates(principal: Principal, reach: Reach, stretch: Stretch) -> sa.Select[Any]:
    """Without their bodies, most of which may be for others; the qualifications are the rule's to look at."""
    mine = visible_to(principal, sa.any_(FEED.c.institution_ids))
    granted = (FEED.c.institution_ids.overlap([*reach.institutions]), FEED.c.country.in_(reach.countries))
    columns = (FEED.c[name] for name in ("position", "type", "everyone", "country", "qualification_id", "home_id"))
    return (
        sa.select(*columns, FEED.c.institution_ids.label("concerned"))
        .where(FEED.c.position > stretch.after, FEED.c.position <= stretch.until)
        .where(sa.or_(FEED.c.everyone, mine, *granted))
        .order_by(FEED.c.position)
    )


async def _entries(tx: AsyncConnection, positions: Sequence[int]) -> list[FeedEntry]:
    if not positions:
        return []
    select = sa.select(FEED.c.position, FEED.c.body).where(FEED.c.position.in_(positions))
    return [FeedEntry(row.position, row.body) for row in await tx.execute(select.order_by(FEED.c.position))]
