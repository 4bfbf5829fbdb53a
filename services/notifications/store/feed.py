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


async def read_feed(tx: AsyncConnection, principal: Principal, after: int, limit: int) -> FeedPage:
    """What the caller may read after a position; nothing can come any more before what is already there."""
    reach = await load_reach(tx, principal)
    heard, entries, begun = reader(principal.org, reach), list[FeedEntry](), after
    while len(entries) < limit:
        rows = (await tx.execute(_candidates(principal, reach, begun, limit - len(entries)))).all()
        entries += [FeedEntry(row.position, row.body) for row in rows if entitled(heard, row.type, audience(row))]
        if not rows:
            break
        begun = rows[-1].position
    return FeedPage(entries, begun)


async def feed_head(tx: AsyncConnection) -> int:
    """The last position, whomever it is for; only `SYSTEM` sees it."""
    return await tx.scalar(sa.select(sa.func.max(FEED.c.position))) or 0


async def forgotten_until(tx: AsyncConnection) -> int:
    """The last position that was pruned, whomever it was for; only `SYSTEM` sees it."""
    forgotten: int = (await tx.execute(sa.select(FORGOTTEN.c.position))).scalar_one()
    return forgotten


async def prune_feed(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget some entries taken in before a time, and note how far; how many."""
    number: int = (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).scalar_one()
    return number


def _candidates(principal: Principal, reach: Reach, after: int, limit: int) -> sa.Select[Any]:
    """What an index or the database's own rules can tell; the qualifications are the rule's to look at."""
    mine = visible_to(principal, sa.any_(FEED.c.institution_ids))
    granted = (FEED.c.institution_ids.overlap([*reach.institutions]), FEED.c.country.in_(reach.countries))
    return (
        sa.select(FEED, FEED.c.institution_ids.label("concerned"))
        .where(FEED.c.position > after, sa.or_(FEED.c.everyone, mine, *granted))
        .order_by(FEED.c.position)
        .limit(limit)
    )
