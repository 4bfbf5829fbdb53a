import asyncio
from dataclasses import replace

import pytest

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.history import CreditState
from services.recognition.domain.ledger import verify
from shared.contracts.assessment import Result
from shared.contracts.recognition import (
    CreditRecognised,
    QualificationCompleted,
    ReasonCode,
    ReviewRequired,
    ValidationCompleted,
)
from shared.service import Running
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.records import credits_of, decisions_of, ledger_of, said_of
from tests.support.running import tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def failed(told: Story):
    """A transcript by which nothing was achieved."""
    results = outcome_results(told.agreement, Result.NOT_ACHIEVED)
    return transcript_issued(told.agreement, assessment_value(told.agreement, results=results))


async def test_a_transcript_becomes_credit_by_itself(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, told.transcript)
    [validation, credit] = await said_of(recognition, told.learner_id)
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(credit, CreditRecognised)
    [entry] = await ledger_of(recognition, told.learner_id)
    assert (entry.credit_id, entry.hash) == (credit.credit_id, credit.ledger_hash)


async def test_what_is_stored_is_what_was_said(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, told.transcript)
    [row] = await credits_of(recognition, told.learner_id)
    [_, said] = await said_of(recognition, told.learner_id)
    of_the_credit = vars(said).keys() - {"reopens_qualification"}
    assert {name: getattr(row, name) for name in of_the_credit} == {name: vars(said)[name] for name in of_the_credit}
    assert row.state == CreditState.ACTIVE


async def test_the_same_transcript_again_changes_nothing(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, told.transcript, told.transcript)
    await tell(recognition, told.transcript)
    assert len(await said_of(recognition, told.learner_id)) == 2
    assert len(await ledger_of(recognition, told.learner_id)) == 1


async def test_a_new_issue_supersedes_the_open_review_and_keeps_it_as_history(recognition: Running):
    told = story()
    first = failed(told)
    await tell(recognition, *told.reference, first)
    await tell(recognition, replace(told.transcript, transcript_id=first.transcript_id, version=2))
    [review, decision] = await decisions_of(recognition, told.learner_id)
    assert (review.state, review.version, review.superseded_by) == (DecisionState.SUPERSEDED, 2, decision.decision_id)
    assert decision.state == DecisionState.RECOGNISED
    kinds = [type(fact) for fact in await said_of(recognition, told.learner_id)]
    assert kinds == [ValidationCompleted, ReviewRequired, ValidationCompleted, CreditRecognised]


async def test_issues_in_one_batch_leave_the_same_history_as_one_by_one(recognition: Running):
    told = story()
    first = failed(told)
    second = replace(told.transcript, transcript_id=first.transcript_id, version=2)
    await tell(recognition, *told.reference, first, second)
    states = [(one.state, one.version) for one in await decisions_of(recognition, told.learner_id)]
    assert states == [(DecisionState.SUPERSEDED, 2), (DecisionState.RECOGNISED, 1)]


async def test_a_second_transcript_on_the_same_unit_is_kept_as_evidence(recognition: Running):
    told = story()
    await tell(recognition, *told.reference, told.transcript)
    await tell(recognition, transcript_issued(told.agreement))
    [_, duplicate] = await decisions_of(recognition, told.learner_id)
    assert (duplicate.state, duplicate.reasons) == (DecisionState.EVIDENCE_ONLY, [ReasonCode.DUPLICATE_CREDIT])
    assert len(await credits_of(recognition, told.learner_id)) == 1


async def test_two_consumers_at_once_never_count_a_unit_twice(recognition: Running):
    told = story()
    await tell(recognition, *told.reference)
    await asyncio.gather(*(tell(recognition, transcript_issued(told.agreement)) for _ in range(4)))
    assert len(await credits_of(recognition, told.learner_id)) == 1
    entries = await ledger_of(recognition, told.learner_id)
    assert (len(entries), verify(entries)) == (1, None)
    states = sorted(one.state for one in await decisions_of(recognition, told.learner_id))
    assert states == ["evidence_only"] * 3 + ["recognised"]


async def test_the_qualification_is_said_to_be_complete_once(recognition: Running):
    told = story("U1", "U3", "U4", "U5")
    home = replace(told.home, units=tuple(replace(unit, compulsory=unit.code != "U2") for unit in told.home.units))
    await tell(recognition, *replace(told, home=home).reference, told.transcript)
    await tell(recognition, transcript_issued(told.agreement))
    completed = [
        fact for fact in await said_of(recognition, told.learner_id) if isinstance(fact, QualificationCompleted)
    ]
    assert [len(fact.unit_ids) for fact in completed] == [4]


async def test_a_chain_holds_over_several_batches(recognition: Running):
    told = story("U1", "U3", "U4")
    await tell(recognition, *told.reference)
    parts = [
        tuple(one for one in outcome_results(told.agreement) if one.unit_id == unit.host_unit_id)
        for unit in told.agreement.units
    ]
    for results in parts:
        value = assessment_value(told.agreement, results=results)
        await tell(recognition, transcript_issued(told.agreement, value))
    entries = await ledger_of(recognition, told.learner_id)
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert verify(entries) is None


async def test_a_transcript_that_touches_no_agreed_unit_decides_nothing(recognition: Running):
    told = story()
    nothing = outcome_results(told.agreement, Result.NOT_ASSESSED)
    await tell(
        recognition,
        *told.reference,
        transcript_issued(told.agreement, assessment_value(told.agreement, results=nothing)),
    )
    assert await said_of(recognition, told.learner_id) == []
