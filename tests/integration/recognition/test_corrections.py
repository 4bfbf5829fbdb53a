"""What a host corrects and withdraws goes through the record, exactly once, and in whichever order it is heard."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from services.recognition import handlers
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.history import CreditState
from services.recognition.domain.ledger import EntryKind, verify
from services.recognition.tables import COMPLETED_QUALIFICATIONS, CONTRIBUTIONS, UNITS_IN_PROGRESS
from shared import envelope
from shared.contracts.assessment import Authority, TranscriptIssued
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditCorrected,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRevoked,
    QualificationCompleted,
    ReviewRequired,
    ValidationCompleted,
)
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.assessment import (
    assessment_value,
    transcript_corrected,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.delivery import TRACEPARENT
from tests.support.records import credits_of, decisions_of, ledger_of, rows_of, said_of, waiting_for
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, documenting, elsewhere, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

RA = OutcomeKind.RESPONSIBILITY_AND_AUTONOMY


def graded(told: Story, mark: str) -> TranscriptIssued:
    return transcript_issued(told.agreement, assessment_value(told.agreement, grade=mark, grade_scale="FR-20"))


def corrected(told: Story, wrong: TranscriptIssued, mark: str) -> TranscriptIssued:
    value = assessment_value(told.agreement, grade=mark, grade_scale="FR-20")
    return transcript_corrected(told.agreement, wrong, value)


async def record_of(recognition: Running, told: Story) -> dict[str, Any]:
    """What there is, but for ids and times."""
    entries = await ledger_of(recognition, told.learner_id)
    assert verify(entries) is None
    return {
        "credits": sorted(
            (one.state, one.version, one.grade) for one in await credits_of(recognition, told.learner_id)
        ),
        "decisions": [
            (one.transcript_version, one.state, one.version) for one in await decisions_of(recognition, told.learner_id)
        ],
        "ledger": [(one.kind, one.points) for one in entries],
        "said": [type(one) for one in await said_of(recognition, told.learner_id)],
        "given": len(await rows_of(recognition, CONTRIBUTIONS, told.learner_id)),
    }


async def test_a_corrected_grade_is_a_reversal_and_a_new_entry(recognition: Running, api: httpx2.AsyncClient):
    told = story()
    first = graded(told, "14")
    await tell(recognition, *told.reference, first)
    await tell(recognition, corrected(told, first, "12"))
    [*_, said] = await said_of(recognition, told.learner_id)
    assert isinstance(said, CreditCorrected)
    [credit] = await credits_of(recognition, told.learner_id)
    assert (credit.grade, credit.version, credit.state) == ("12", 2, CreditState.ACTIVE)
    assert credit.ledger_hash == (await ledger_of(recognition, told.learner_id))[-1].hash
    states = [one.state for one in await decisions_of(recognition, told.learner_id)]
    assert states == [DecisionState.SUPERSEDED, DecisionState.RECOGNISED]
    home = ApiCaller(api, told.agreement.home_id, ("recogniser",))
    shown = (await home.get(f"/v1/credits/{credit.credit_id}")).json()
    assert (shown["grade"], shown["version"]) == ("12", 2)


async def test_told_in_any_order_and_twice_it_is_the_same(recognition: Running):
    in_order, shuffled = story(), story()
    for told in (in_order, shuffled):
        first = graded(told, "14")
        second = corrected(told, first, "12")
        words = [first, second, transcript_withdrawn(second)]
        if told is shuffled:
            await tell(recognition, *reversed(words), *told.reference)
            await tell(recognition, *words)
        else:
            await tell(recognition, *told.reference, *words)
        assert await waiting_for(recognition, first.transcript_id) == []
    assert await record_of(recognition, shuffled) == await record_of(recognition, in_order)
    [credit] = await credits_of(recognition, in_order.learner_id)
    assert credit.state == CreditState.REVOKED


async def test_cut_off_before_the_commit_and_repeated_it_happens_once(recognition: Running):
    told = story()
    first = graded(told, "14")
    await tell(recognition, *told.reference, first)
    before = await record_of(recognition, told)
    word = corrected(told, first, "12")
    with suppress(ConnectionError):
        async with recognition.database.transaction(SYSTEM) as tx:
            await handlers.evaluate_transcripts(tx, [envelope.write(word, TRACEPARENT)])
            raise ConnectionError
    assert await record_of(recognition, told) == before
    await tell(recognition, word, word)
    after = await record_of(recognition, told)
    assert after["ledger"] == [(EntryKind.CREDIT, 30), (EntryKind.REVERSAL, -30), (EntryKind.CREDIT, 30)]
    assert after["said"] == [ValidationCompleted, CreditRecognised, ValidationCompleted, CreditCorrected]


async def test_what_is_withdrawn_opens_the_qualification_and_may_come_again(recognition: Running):
    told = story()
    units = tuple(replace(unit, compulsory=unit.code == "U3") for unit in told.home.units)
    told = replace(told, home=replace(told.home, units=units))
    await tell(recognition, *told.reference, told.transcript)
    assert len(await rows_of(recognition, COMPLETED_QUALIFICATIONS, told.learner_id)) == 1
    await tell(recognition, transcript_withdrawn(told.transcript))
    [*_, revoked] = await said_of(recognition, told.learner_id)
    assert isinstance(revoked, CreditRevoked)
    assert revoked.reopens_qualification
    assert await rows_of(recognition, COMPLETED_QUALIFICATIONS, told.learner_id) == []
    assert await rows_of(recognition, CONTRIBUTIONS, told.learner_id) == []
    await tell(recognition, replace(told.transcript, version=3))
    assert isinstance((await said_of(recognition, told.learner_id))[-1], QualificationCompleted)
    states = [one.state for one in await credits_of(recognition, told.learner_id)]
    assert states == [CreditState.REVOKED, CreditState.ACTIVE]
    points = [entry.points for entry in await ledger_of(recognition, told.learner_id)]
    assert points == [30, -30, 30]


async def test_what_italy_gave_is_held_again_when_malta_takes_its_word_back(recognition: Running):
    italy = story("U2")
    malta = elsewhere(italy, RA, at_home=True)
    await tell(recognition, *italy.reference, italy.transcript)
    await tell(recognition, *malta.reference, malta.transcript)
    await tell(recognition, transcript_withdrawn(malta.transcript))
    [revoked, held] = (await said_of(recognition, italy.learner_id))[-2:]
    assert isinstance(revoked, CreditRevoked)
    assert isinstance(held, CreditPartiallyRecognised)
    [row] = await rows_of(recognition, UNITS_IN_PROGRESS, italy.learner_id)
    assert (row.credit_id, row.version, len(row.held_outcome_ids)) == (held.credit_id, 1, 2)
    await tell(recognition, replace(malta.transcript, version=3))
    [credit] = [one for one in await credits_of(recognition, italy.learner_id) if one.state == CreditState.ACTIVE]
    assert (credit.credit_id, credit.version) == (held.credit_id, 2)


async def test_what_was_evidence_only_takes_over_by_itself(recognition: Running):
    told = story()
    first, second = graded(told, "14"), graded(told, "12")
    await tell(recognition, *told.reference, first, second)
    await tell(recognition, transcript_withdrawn(first))
    [credit] = await credits_of(recognition, told.learner_id)
    assert (credit.transcript_id, credit.version, credit.grade) == (second.transcript_id, 2, "12")
    states = [one.state for one in await decisions_of(recognition, told.learner_id)]
    assert sorted(states) == ["recognised", "revoked", "superseded"]


async def test_what_was_documented_is_struck_off(recognition: Running):
    told = documenting(story())
    await tell(recognition, *told.reference, told.transcript)
    await tell(recognition, transcript_withdrawn(told.transcript))
    kinds = [entry.kind for entry in await ledger_of(recognition, told.learner_id)]
    assert kinds == [EntryKind.DOCUMENTED, EntryKind.REVERSAL]


async def test_a_correction_of_what_is_under_review_is_reviewed_anew(recognition: Running):
    told = story()
    deviated = assessment_value(told.agreement, second_person=False, authority=Authority.NONE)
    first = transcript_issued(told.agreement, deviated)
    await tell(recognition, *told.reference, first)
    await tell(recognition, transcript_corrected(told.agreement, first, replace(deviated, attempt=2)))
    assert [type(one) for one in await said_of(recognition, told.learner_id)] == [
        ValidationCompleted,
        ReviewRequired,
    ] * 2
