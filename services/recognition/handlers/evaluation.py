"""Evaluating transcripts: from the host's word to validation, credit and ledger, with nobody doing anything."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.batches import Case, HostsWord, evaluate_all
from services.recognition.domain.gathering import gather
from services.recognition.domain.known import Known, NotKnownYetError
from services.recognition.handlers.apart import apart
from services.recognition.handlers.expiry import lock_standings
from services.recognition.handlers.settlement import settle_case
from shared import clock, ids, outbox
from shared.contracts.assessment import TranscriptWithdrawn
from shared.envelope import Event

LOG = structlog.get_logger(__name__)
MENDING = "mending"
"""What a transcript waits for that could not be evaluated: that somebody mends the cause."""

Transcript = Event[HostsWord]
Waiting = list[tuple[Transcript, str]]
"""Events with the key of what each waits for."""


async def evaluate_transcripts(tx: AsyncConnection, events: Sequence[Transcript]) -> None:
    """Decide on every unit that the transcripts touch; then on those that waited for one of them.

    What is issued, corrected or withdrawn is heard in the order of the versions of each transcript.
    """
    await evaluate_released(tx, await _evaluate(tx, events))


async def evaluate_released(tx: AsyncConnection, events: Sequence[Transcript]) -> None:
    """The same for transcripts that were parked: one that fails is no fault of what released it, and is set aside."""
    while events:
        events = await apart(tx, events, _evaluate, _set_aside)


async def evaluate_again(tx: AsyncConnection) -> int:
    """What was set aside; how many transcripts still cannot be evaluated."""
    await evaluate_released(tx, await store.release(tx, [MENDING]))
    return await store.count_waiting(tx, MENDING)


async def _set_aside(tx: AsyncConnection, event: Transcript, error: Exception) -> None:
    LOG.error("waiting transcript set aside", event_id=str(event.id), subject=event.subject, exc_info=error)
    await store.park(tx, [(event, MENDING)], clock.now())


async def _evaluate(tx: AsyncConnection, events: Sequence[Transcript]) -> list[Transcript]:
    """Returns the later issues that waited for one of these."""
    at = clock.now()
    cases = await _with_their_facts(tx, events, at)
    return await _decide(tx, cases, at) if cases else []


async def _with_their_facts(
    tx: AsyncConnection, events: Sequence[Transcript], at: datetime
) -> list[tuple[Transcript, Case]]:
    """The transcripts that can be judged; the others are parked for what they refer to."""
    ours: set[str] = set()
    while True:
        words = (event.data for event in events)
        known = await store.find_known(tx, [one for one in words if not isinstance(one, TranscriptWithdrawn)])
        ready, waiting = _sort_out(known, events, at.date())
        missing = {key for _, key in waiting} - ours
        if not missing:
            await store.park(tx, waiting, at)
            return ready
        await store.take_turns(tx, missing)
        ours |= missing


def _sort_out(known: Known, events: Sequence[Transcript], today: date) -> tuple[list[tuple[Transcript, Case]], Waiting]:
    ready, waiting = [], []
    for event in events:
        try:
            ready.append((event, _case(known, event.data, today)))
        except NotKnownYetError as missing:
            waiting.append((event, missing.key))
    return ready, waiting


def _case(known: Known, word: HostsWord, today: date) -> Case:
    return Case(word, [] if isinstance(word, TranscriptWithdrawn) else gather(known, word, today))


async def _decide(tx: AsyncConnection, cases: Sequence[tuple[Transcript, Case]], at: datetime) -> list[Transcript]:
    transcripts = [case.transcript for _, case in cases]
    standings = await lock_standings(
        tx, [one.learner_id for one in transcripts], [one.transcript_id for one in transcripts], at
    )
    batch = evaluate_all(standings, [case for _, case in cases], at, ids.new_id)
    causes = {case.key: event for event, case in reversed(cases)}
    await store.park(tx, [(causes[case.key], previous) for case, previous in batch.early], at)
    if batch.cases:
        await store.save(tx, batch)
        said = [outbox.said(outcome.facts, cause=causes[case.key]) for case, outcome in batch.outcomes]
        await outbox.add_events(tx, list(chain.from_iterable(said)))
    for case in batch.apart:
        await outbox.add(tx, await settle_case(tx, case, at), cause=causes[case.key])
    decided = [case.key for case in (*batch.cases, *batch.apart)]
    return await store.release(tx, decided) if decided else []
