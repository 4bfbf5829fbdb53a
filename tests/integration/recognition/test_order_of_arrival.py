"""The order in which what a transcript refers to comes makes no difference; what comes too late has no say (0006)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from services.recognition import handlers
from services.recognition.domain.ledger import verify
from shared import envelope
from shared.contracts.agreements import LearningAgreementCancelled, MemorandumSuspended, MemorandumTerminated
from shared.contracts.assessment import Result, TranscriptIssued
from shared.contracts.catalogue import ComparabilityWithdrawn, UnitRecognition
from shared.contracts.facts import Fact
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import learning_agreement_step, memorandum_step
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.delivery import TRACEPARENT
from tests.support.records import credits_of, decisions_of, ledger_of, said_of, waiting_for
from tests.support.running import tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

LOCK_WAITED_FOR = sa.text(
    "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)"
)


def withdrawn(told: Story, on: date) -> ComparabilityWithdrawn:
    """The comparability of the first unit."""
    compared = told.comparabilities[0]
    return ComparabilityWithdrawn(
        comparability_id=compared.comparability_id,
        version=2,
        home_unit_id=compared.home_unit_id,
        host_unit_id=compared.host_unit_id,
        declared_by=compared.declared_by,
        withdrawn_on=on,
    )


def withdrawn_later(told: Story) -> Story:
    """The comparability was withdrawn after the assessment, which it does not touch."""
    return replace(told, withdrawal=withdrawn(told, told.agreement.ends_on + timedelta(days=1)))


def two_issues(told: Story) -> list[TranscriptIssued]:
    """First only the first unit is achieved, then everything."""
    first_unit = told.agreement.units[0].host_unit_id
    partly = tuple(
        one if one.unit_id == first_unit else replace(one, result=Result.NOT_ACHIEVED)
        for one in outcome_results(told.agreement)
    )
    first = transcript_issued(told.agreement, assessment_value(told.agreement, results=partly))
    return [first, replace(told.transcript, transcript_id=first.transcript_id, version=2)]


async def record_of(recognition: Running, told: Story) -> dict[str, Any]:
    """Everything that counts, without the ids and times that are new each time."""
    codes = {unit.unit_id: unit.code for unit in told.home.units}
    entries = await ledger_of(recognition, told.learner_id)
    assert verify(entries) is None
    return {
        "credits": sorted(
            (codes[one.unit_id], one.transcript_version, one.points)
            for one in await credits_of(recognition, told.learner_id)
        ),
        "decisions": sorted(
            (codes[one.unit_id], one.transcript_version, one.state, one.version, *one.reasons)
            for one in await decisions_of(recognition, told.learner_id)
        ),
        "ledger": [(entry.position, codes[entry.unit_id], entry.points) for entry in entries],
        "said": sorted(type(fact).__name__ for fact in await said_of(recognition, told.learner_id)),
    }


@settings(max_examples=40)
@given(st.data())
async def test_no_order_and_no_repetition_of_what_is_referred_to_changes_the_record(
    recognition: Running, data: st.DataObject
):
    in_order, shuffled = withdrawn_later(story("U1", "U3")), withdrawn_later(story("U1", "U3"))
    await tell(recognition, *in_order.reference, *two_issues(in_order))
    facts: Sequence[Fact] = [*shuffled.reference, *two_issues(shuffled)]
    told = data.draw(st.permutations([*range(len(facts)), *data.draw(st.lists(st.integers(0, len(facts) - 1)))]))
    while told:
        at_once = data.draw(st.integers(1, len(told)))
        await tell(recognition, *(facts[place] for place in told[:at_once]))
        told = told[at_once:]
    assert await record_of(recognition, shuffled) == await record_of(recognition, in_order)


LATE: Mapping[str, Callable[[Story], Fact]] = {
    "suspension": lambda told: memorandum_step(
        MemorandumSuspended,
        told.memorandum,
        occurred_on=told.agreement.ends_on,
        qualification_ids=None,
    ),
    "termination": lambda told: memorandum_step(
        MemorandumTerminated, told.memorandum, occurred_on=told.agreement.agreed_on
    ),
    "cancellation": lambda told: learning_agreement_step(
        LearningAgreementCancelled, told.agreement, told.agreement.ends_on
    ),
    "withdrawal": lambda told: withdrawn(told, told.agreement.ends_on - timedelta(days=1)),
    "another level": lambda told: replace(
        told.host,
        version=told.host.version + 1,
        units=tuple(replace(unit, eqf_level=1) for unit in told.host.units),
    ),
    "another law": lambda told: replace(
        told.policy, version=told.policy.version + 1, unit_recognition=UnitRecognition.PARTIAL
    ),
}
"""What would have had something to say, had it come before (docs/decisions/0006)."""


@pytest.mark.parametrize("what", LATE)
async def test_what_nothing_refers_to_has_its_say_only_if_it_comes_before(recognition: Running, what: str):
    before, after = story(), story()
    await tell(recognition, *before.reference, LATE[what](before), before.transcript)
    await tell(recognition, *after.reference, after.transcript)
    await tell(recognition, LATE[what](after))
    states = [[one.state for one in await decisions_of(recognition, told.learner_id)] for told in (before, after)]
    assert states == [["manual_review"], ["recognised"]]


async def test_a_transcript_waits_for_each_fact_it_refers_to_in_turn(recognition: Running):
    told = story()
    agreement, memorandum, comparability = told.agreement, told.memorandum, told.comparabilities[0]
    await tell(recognition, told.transcript)
    for fact, key in [
        (agreement, f"learning-agreement:{agreement.learning_agreement_id}:1"),
        (memorandum, f"memorandum:{memorandum.memorandum_id}:1"),
        (told.home, f"qualification:{told.home.qualification_id}:2"),
        (comparability, f"comparability:{comparability.comparability_id}:1"),
        (told.host, f"qualification:{told.host.qualification_id}"),
        (told.policy, f"country-policy:{told.policy.country}"),
    ]:
        name = key.split(":")[1]
        assert await waiting_for(recognition, name) == [key]
        await tell(recognition, fact)
        assert await waiting_for(recognition, name) == []
    assert len(await credits_of(recognition, told.learner_id)) == 1


async def test_an_issue_waits_for_the_one_before_it(recognition: Running):
    told = story()
    [first, second] = two_issues(told)
    await tell(recognition, *told.reference, second)
    assert await waiting_for(recognition, second.transcript_id) == [f"transcript:{second.transcript_id}:1"]
    await tell(recognition, first)
    assert await waiting_for(recognition, second.transcript_id) == []
    [credit] = await credits_of(recognition, told.learner_id)
    assert credit.transcript_version == 1


async def test_another_version_than_the_named_one_is_not_what_it_waits_for(recognition: Running):
    told = story()
    await tell(recognition, told.transcript, replace(told.agreement, content_version=2))
    assert await credits_of(recognition, told.learner_id) == []
    await tell(recognition, *told.reference)
    assert len(await credits_of(recognition, told.learner_id)) == 1


async def test_what_a_waiting_transcript_leads_to_continues_its_trace(recognition: Running):
    told = story()
    event = envelope.write(told.transcript, TRACEPARENT)
    async with recognition.database.transaction(SYSTEM) as tx:
        await handlers.evaluate_transcripts(tx, [event])
    await tell(recognition, *told.reference)
    async with recognition.database.transaction(SYSTEM) as tx:
        select = sa.text("SELECT DISTINCT traceparent FROM outbox WHERE key = :key")
        assert (await tx.scalars(select, {"key": event.key})).all() == [TRACEPARENT]


async def test_a_fact_that_arrives_while_a_transcript_is_being_parked_for_it_is_not_missed(recognition: Running):
    told = story()
    *others, agreement = told.reference
    await tell(recognition, *others)
    async with recognition.database.transaction(SYSTEM) as parking:
        await handlers.evaluate_transcripts(parking, [envelope.write(told.transcript, TRACEPARENT)])
        arriving = asyncio.create_task(tell(recognition, agreement))
        while not arriving.done() and not await parking.scalar(LOCK_WAITED_FOR):
            pass
    await arriving
    assert len(await credits_of(recognition, told.learner_id)) == 1
