"""Many results in one transaction: read at once, decided one by one, written at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import batches, issuing
from services.assessment.domain.assessing import Actor
from services.assessment.domain.assessments import Assessment
from services.assessment.domain.batches import Done, Item, Mode, Sender, Taken
from services.assessment.domain.deadlines import Deadlines
from services.assessment.domain.learning_agreements import LearningAgreement
from shared import clock, outbox
from shared.auth import Principal
from shared.contracts.registry import Fact
from shared.problems import Error, NotFound, Problem, refuse

GROUPS = 50
"""Agreements whose results are written together, and given up together if they cannot be."""

Outcomes = list[Taken | Problem]


@dataclass(frozen=True)
class Read:
    """All that the items are about, locked."""

    transcripts: dict[UUID, store.Locked]
    assessments: dict[UUID, Assessment]
    agreements: dict[UUID, LearningAgreement]


@dataclass
class Group:
    """What was decided under one agreement: the places of its items, and the assessments before and after."""

    agreement_id: UUID
    places: list[int] = field(default_factory=list)
    changed: list[tuple[int, Assessment]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


async def record_results(
    tx: AsyncConnection, caller: Principal, mode: Mode, items: Sequence[Item], deadlines: Deadlines
) -> Outcomes:
    """What became of each item, in their order; in mode `all` a `Validation` with everything that was refused."""
    at = clock.now()
    read = await _read(tx, caller, [item.assessment_id for item in items])
    actor = Actor(caller.sub, caller.org)
    sender = Sender(actor, "assessor" in caller.roles, "examiner" in caller.roles, deadlines.contest_days)
    outcomes = [_take(item, read, sender, at) for item in items]
    groups = _grouped(outcomes, read)
    if mode is Mode.ALL:
        refuse(_errors(outcomes))
        await _write(tx, caller, read, groups, at)
    else:
        for first in range(0, len(groups), GROUPS):
            await _write_the_good(tx, caller, read, groups[first : first + GROUPS], outcomes, at)
    return outcomes


async def _read(tx: AsyncConnection, caller: Principal, ids: Sequence[UUID]) -> Read:
    """In the order that everybody locks in: transcripts, then assessments."""
    transcripts = await store.lock_transcripts(tx, store.carrying(ids), caller)
    assessments = await store.lock_assessments(tx, ids, caller)
    named = {assessment.learning_agreement_id for assessment in assessments.values()}
    return Read(transcripts, assessments, await store.load_agreements(tx, named, caller))


def _take(item: Item, read: Read, sender: Sender, at: datetime) -> Taken | Problem:
    assessment = read.assessments.get(item.assessment_id)
    agreement = assessment and read.agreements.get(assessment.learning_agreement_id)
    if not assessment or not agreement:
        return NotFound()
    try:
        return batches.take(item, assessment, agreement, sender, at)
    except Problem as refused:
        return refused


def _grouped(outcomes: Outcomes, read: Read) -> list[Group]:
    groups: dict[UUID, Group] = {}
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, Problem) or outcome.done is Done.UNCHANGED:
            continue
        after = outcome.assessment
        group = groups.setdefault(after.learning_agreement_id, Group(after.learning_agreement_id))
        group.places.append(place)
        group.changed.append((read.assessments[after.id].version, after))
        group.facts.extend(outcome.facts)
    return [*groups.values()]


async def _write_the_good(
    tx: AsyncConnection, caller: Principal, read: Read, groups: Sequence[Group], outcomes: Outcomes, at: datetime
) -> None:
    """All in one savepoint; if that is refused, each agreement in its own, and those that cannot be are refused."""
    try:
        async with tx.begin_nested():
            await _write(tx, caller, read, groups, at)
    except Problem as refused:
        if len(groups) == 1:
            for place in groups[0].places:
                outcomes[place] = refused
            return
        for group in groups:
            await _write_the_good(tx, caller, read, [group], outcomes, at)


async def _write(tx: AsyncConnection, caller: Principal, read: Read, groups: Sequence[Group], at: datetime) -> None:
    """What was decided, and the transcripts that it makes due."""
    await store.save_assessments(tx, [change for group in groups for change in group.changed])
    confirming = [group for group in groups if group.facts]
    under = await store.load_assessments_of(tx, [group.agreement_id for group in confirming], caller)
    in_doubt = [read.transcripts[id_][0] for id_, found in under.items() if issuing.has_contested(found.values())]
    last = await store.load_last_versions(tx, in_doubt)
    issues = []
    facts: list[Fact] = []
    for group in confirming:
        transcript, agreement = read.transcripts[group.agreement_id]
        assessments = under[group.agreement_id].values()
        facts.extend(group.facts)
        if issuing.is_due(transcript, agreement, assessments):
            issues.append(issuing.issue(transcript, agreement, assessments, last.get(transcript.id), at))
            facts.append(issues[-1][1])
    await store.save_issues(tx, issues, caller.sub)
    await outbox.add(tx, facts)


def _errors(outcomes: Outcomes) -> Iterator[Error]:
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, Problem):
            yield from batches.errors_of(outcome, place)
