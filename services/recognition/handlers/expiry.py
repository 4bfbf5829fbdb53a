"""What time does to credits and to parts that are held (domain.md 4.3, 4.8)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.batches import Standings
from services.recognition.domain.expiry import ended, expire
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Place
from services.recognition.domain.unsettled import UnitsByTranscript, Unsettled, after_ending, after_expiry
from services.recognition.handlers.apart import apart
from services.recognition.handlers.settlement import find_units
from services.recognition.store import Expired
from shared import clock, ids, outbox
from shared.contracts.recognition import ChangeReason

LOG = structlog.get_logger(__name__)
AT_ONCE = 200
"""Credits that expire in one transaction, and units of which a part does."""

WhatIsLeft = Callable[[Sources, Place, UnitsByTranscript], Unsettled]


async def expire_credits(tx: AsyncConnection) -> int:
    """The next ones whose last day is over, and parts; returns how many were looked at, 0 if there are no more."""
    at = clock.now()
    overdue = await store.find_overdue(tx, at.date(), AT_ONCE)
    ending = await store.find_ending(tx, at.date(), AT_ONCE)
    await store.lock_learners(tx, {*overdue.values(), *ending.values()})
    await _expire(tx, overdue, at)
    await _let_go(tx, await store.wind_on(tx, ending, at.date()))
    return len(overdue) + len(ending)


async def lock_standings(
    tx: AsyncConnection, learners: Iterable[UUID], transcripts: Iterable[UUID], at: datetime
) -> Standings:
    """Where the learners stand, theirs alone to change: what is over expires first, whoever notices it."""
    learners, transcripts = list(learners), list(transcripts)
    standings = await store.lock_standings(tx, learners, transcripts, at.date())
    of_learners = standings.learners.items()
    over = [Expired(learner_id, place) for learner_id, one in of_learners for place in ended(one, at.date())]
    if not standings.overdue and not over:
        return standings
    await _expire(tx, standings.overdue, at)
    await _let_go(tx, over)
    return await store.lock_standings(tx, learners, transcripts, at.date())


async def _expire(tx: AsyncConnection, credits_: Collection[UUID], at: datetime) -> None:
    """Their learners are locked."""
    if not credits_:
        return
    expired = await store.expire(tx, credits_, at.date())
    completed = await store.find_completed(tx, {credit.learner_id for credit in expired})
    facts, reopened = expire(expired, completed, at)
    await store.reopen(tx, reopened)
    await outbox.add(tx, facts)
    if succeeded := await store.find_achieved_besides(tx, expired):
        await apart(tx, succeeded, partial(_count_what_is_left, after_expiry), _leave)


async def _let_go(tx: AsyncConnection, over: Sequence[Expired]) -> None:
    """Parts that are over; their learners are locked."""
    if over:
        await apart(tx, over, partial(_count_what_is_left, after_ending), _leave)


async def _count_what_is_left(
    what_is_left: WhatIsLeft, tx: AsyncConnection, expired: Sequence[Expired]
) -> list[Expired]:
    """What was kept as evidence, or is part of the unit, and is not over itself."""
    for one in expired:
        at = clock.now()
        standings = await store.lock_standings(tx, [one.learner_id], [], at.date())
        sources = await store.load_sources(tx, one.learner_id)
        unsettled = what_is_left(sources, one.place, await find_units(tx, sources, [one.place], at))
        standing = standings.learners[one.learner_id]
        changes = settle(standing, sources, [unsettled], ChangeReason.FOLLOWS, at, ids.new_id)
        await store.save_changes(tx, one.learner_id, changes, None)
        await outbox.add(tx, changes.facts)
    return [*expired]


async def _leave(_: AsyncConnection, expired: Expired, error: Exception) -> None:
    LOG.error("expired without what is left", unit_id=str(expired.place[1]), exc_info=error)
