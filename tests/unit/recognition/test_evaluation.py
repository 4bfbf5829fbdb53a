from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.batches import Batch, Case, superseding
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import verify
from shared.contracts.assessment import Result, TranscriptIssued
from shared.contracts.recognition import (
    CreditRecognised,
    EvidenceKept,
    QualificationCompleted,
    ReasonCode,
    ReviewRequired,
    ValidationCompleted,
)
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.evaluating import entries, evaluated, said
from tests.support.stories import Story, story

U3, TWO, ALL = story(), story("U1", "U3"), story("U1", "U3", "U4", "U5")


def transcript_of(told: Story, achieved: Sequence[bool], **changes: Any) -> TranscriptIssued:
    """Unit by unit of the agreement, whether its outcomes were achieved."""
    won = {unit.host_unit_id for unit, yes in zip(told.agreement.units, achieved, strict=True) if yes}
    results = tuple(
        one if one.unit_id in won else replace(one, result=Result.NOT_ACHIEVED)
        for one in outcome_results(told.agreement)
    )
    return transcript_issued(told.agreement, assessment_value(told.agreement, results=results), **changes)


def test_validation_and_recognition_are_two_facts():
    [validation, credit] = said(evaluated(U3))
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(credit, CreditRecognised)
    assert credit.ledger_position == 1
    assert credit.points == 30


def test_what_no_rule_can_recognise_goes_to_a_person_with_the_reason():
    [validation, review] = said(evaluated(U3, transcript_of(U3, [False])))
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(review, ReviewRequired)
    assert review.reasons == (ReasonCode.LO_MISSING,)


def test_a_new_issue_decides_anew_what_is_under_review_and_leaves_what_counts():
    first = transcript_of(ALL, [True, False, False, True])
    also = transcript_of(ALL, [False, True, False, False]).assessments
    second = transcript_issued(ALL.agreement, *first.assessments, *also, transcript_id=first.transcript_id, version=2)
    batch = evaluated(ALL, first, second)
    decisions, earlier = superseding([outcome for _, outcome in batch.outcomes])
    assert [one.state for one in decisions].count(DecisionState.RECOGNISED) == 3
    assert [one.state for one in decisions].count(DecisionState.SUPERSEDED) == 2
    assert [one.state for one in decisions].count(DecisionState.MANUAL_REVIEW) == 1
    assert earlier == {}
    assert {one.superseded_by for one in decisions if one.superseded_by} <= {one.decision_id for one in decisions}


def test_an_issue_waits_for_the_one_before_it():
    third = transcript_of(U3, [True], version=3)
    batch = evaluated(U3, third)
    assert batch.cases == []
    assert [key for _, key in batch.early] == [f"transcript:{third.transcript_id}:2"]


def test_an_older_issue_says_nothing_new():
    later = replace(U3.transcript, version=2)
    assert len(evaluated(U3, U3.transcript, later, U3.transcript).outcomes) == 1


def test_a_second_transcript_on_what_counts_already_is_evidence_only():
    again = transcript_issued(U3.agreement)
    batch = evaluated(U3, U3.transcript, again)
    [_, (_, duplicate)] = batch.outcomes
    assert duplicate.decision.state is DecisionState.EVIDENCE_ONLY
    assert duplicate.decision.reasons == (ReasonCode.DUPLICATE_CREDIT,)
    assert [type(fact) for fact in duplicate.facts] == [ValidationCompleted, EvidenceKept]
    assert len(entries(batch)) == 1


@pytest.mark.parametrize("achieved_first", [[True, True], [True, False], [False, True]])
def test_a_host_result_agreed_for_two_units_counts_for_neither_whichever_is_achieved_first(achieved_first: list[bool]):
    u1, u3 = TWO.agreement.units
    too = replace(u3.outcomes[0], host_outcome_id=u1.outcomes[0].host_outcome_id)
    told = replace(TWO, agreement=replace(TWO.agreement, units=(u1, replace(u3, outcomes=(*u3.outcomes, too)))))
    first = transcript_of(told, achieved_first)
    batch = evaluated(told, first, transcript_of(told, [True, True], transcript_id=first.transcript_id, version=2))
    assert len(batch.outcomes) == 4
    assert all(ReasonCode.DUPLICATE_CREDIT in outcome.decision.reasons for _, outcome in batch.outcomes)


def test_a_qualification_is_complete_once_every_compulsory_unit_counts():
    home = replace(
        ALL.home, units=tuple(replace(unit, compulsory=unit.code in {"U1", "U3"}) for unit in ALL.home.units)
    )
    told = replace(ALL, home=home)
    first = transcript_of(told, [True, False, False, False])
    rest = transcript_of(told, [False, True, True, True]).assessments
    second = transcript_issued(told.agreement, *first.assessments, *rest, transcript_id=first.transcript_id, version=2)
    completed = [fact for fact in said(evaluated(told, first, second)) if isinstance(fact, QualificationCompleted)]
    assert [len(fact.unit_ids) for fact in completed] == [2]


def test_a_qualification_without_compulsory_units_is_never_complete_by_itself():
    home = replace(ALL.home, units=tuple(replace(unit, compulsory=False) for unit in ALL.home.units))
    assert not any(isinstance(fact, QualificationCompleted) for fact in said(evaluated(replace(ALL, home=home))))


def test_a_grade_is_kept_where_there_is_one_and_not_made_up_where_there_are_several():
    graded = {"grade": "14", "grade_scale": "fr-0-20"}
    one = assessment_value(U3.agreement, **graded)
    [_, credit] = said(evaluated(U3, transcript_issued(U3.agreement, one)))
    assert isinstance(credit, CreditRecognised)
    assert (credit.grade, credit.grade_scale) == ("14", "fr-0-20")
    other = assessment_value(U3.agreement, **{**graded, "grade": "12"})
    [_, credit] = said(evaluated(U3, transcript_issued(U3.agreement, one, other)))
    assert isinstance(credit, CreditRecognised)
    assert credit.grade is None


@dataclass(frozen=True)
class Issue:
    transcript: int
    achieved: tuple[bool, ...]


ISSUES = st.lists(st.builds(Issue, st.integers(0, 2), st.tuples(*[st.booleans()] * 4)), max_size=8)


def transcripts_of(issues: Sequence[Issue]) -> list[TranscriptIssued]:
    """Three transcripts at the most, each issued as often as it comes up, with what is achieved for the first time."""
    ids, so_far = [uuid4() for _ in range(3)], [transcript_of(ALL, [False] * 4, version=0) for _ in range(3)]
    won: list[set[int]] = [set() for _ in range(3)]
    issued = []
    for issue in issues:
        before = so_far[issue.transcript]
        new = [yes and place not in won[issue.transcript] for place, yes in enumerate(issue.achieved)]
        won[issue.transcript] |= {place for place, yes in enumerate(new) if yes}
        named = {"transcript_id": ids[issue.transcript], "version": before.version + 1}
        values = *before.assessments, *transcript_of(ALL, new).assessments
        so_far[issue.transcript] = transcript_issued(ALL.agreement, *values, **named)
        issued.append(so_far[issue.transcript])
    return issued


@given(ISSUES)
def test_nothing_counts_twice_and_the_chain_holds(issues: list[Issue]):
    batch = evaluated(ALL, *transcripts_of(issues)) if issues else Batch()
    units = [entry.unit_id for entry in entries(batch)]
    assert len(units) == len(set(units))
    assert verify(entries(batch)) is None
    earned = {place for issue in issues for place, yes in enumerate(issue.achieved) if yes}
    assert set(units) == {ALL.agreement.units[place].unit_id for place in earned}


@given(ISSUES.filter(bool), st.data())
def test_repeating_transcripts_changes_nothing(issues: list[Issue], data: st.DataObject):
    transcripts = transcripts_of(issues)
    again = data.draw(st.lists(st.sampled_from(transcripts)))
    once, repeated = evaluated(ALL, *transcripts), evaluated(ALL, *transcripts, *again)
    assert [what(outcome) for outcome in once.outcomes] == [what(outcome) for outcome in repeated.outcomes]


@given(ISSUES)
def test_no_unit_is_under_review_twice_for_one_transcript(issues: list[Issue]):
    batch = evaluated(ALL, *transcripts_of(issues)) if issues else Batch()
    decisions, earlier = superseding([outcome for _, outcome in batch.outcomes])
    waiting = [(one.transcript_id, one.unit_id) for one in decisions if one.state is DecisionState.MANUAL_REVIEW]
    assert len(waiting) == len(set(waiting))
    assert earlier == {}


def what(decided: tuple[Case, Any]) -> tuple[Any, ...]:
    """A decision without the ids that are new each time."""
    decision = decided[1].decision
    return decision.transcript_id, decision.transcript_version, decision.unit_id, decision.state, decision.reasons
