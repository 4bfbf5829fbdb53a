"""What is achieved once more counts once: the first of it, or the best where that is the rule (domain.md 4.6)."""

from dataclasses import replace

import pytest

from services.recognition.domain.decisions import DecisionState
from shared.contracts.assessment import Result
from shared.contracts.catalogue import SecondResult
from shared.contracts.recognition import (
    CreditCorrected,
    CreditPartiallyRecognised,
    CreditRecognised,
    EvidenceKept,
    ReasonCode,
    ValidationCompleted,
)
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.settling import Kept, issued, standing_states
from tests.support.stories import Graded, story

U3 = story()
ITALY = story("U2")


def test_what_was_evidence_only_takes_the_place_of_what_is_withdrawn():
    kept, first, second = Kept(), issued(U3), issued(U3)
    [_, credit] = kept.hear(U3, first)
    [_, evidence] = kept.hear(U3, second)
    assert isinstance(evidence, EvidenceKept)
    assert isinstance(credit, CreditRecognised)
    assert (evidence.credit_id, evidence.transcript_id) == (credit.credit_id, second.transcript_id)
    assert standing_states(kept) == [DecisionState.RECOGNISED, DecisionState.EVIDENCE_ONLY]
    [_, corrected] = kept.hear(U3, transcript_withdrawn(first))
    assert isinstance(corrected, CreditCorrected)
    assert (corrected.credit_id, corrected.transcript_id) == (credit.credit_id, second.transcript_id)
    assert standing_states(kept) == [DecisionState.RECOGNISED]


def test_a_transcript_that_comes_under_another_id_is_evidence_and_nothing_is_said_twice():
    told = story("U2", "U3")
    deviated = assessment_value(told.agreement, results=outcome_results(told.agreement, Result.NOT_ACHIEVED))
    kept, first = Kept(), transcript_issued(told.agreement, deviated)
    kept.hear(told, first)
    copy = transcript_issued(told.agreement, deviated)
    assert {type(fact) for fact in kept.hear(told, copy)} == {ValidationCompleted}
    copied = [one for one in kept.decisions.values() if one.transcript_id == copy.transcript_id]
    assert {one.state for one in copied} == {DecisionState.EVIDENCE_ONLY}


def test_the_same_outcomes_of_a_part_are_held_once():
    kept = Kept()
    [_, held] = kept.hear(ITALY, issued(ITALY))
    [_, evidence] = kept.hear(ITALY, issued(ITALY))
    assert isinstance(held, CreditPartiallyRecognised)
    assert isinstance(evidence, EvidenceKept)
    assert evidence.credit_id == held.credit_id


def test_a_host_outcome_that_counts_for_one_unit_counts_for_no_other_of_the_qualification():
    """Agreed for each of them in an agreement of its own."""
    kept, first, other = Kept(), story("U1", "U3"), story("U1", "U3")
    u1, u3 = first.agreement.units
    kept.hear(first, transcript_issued(replace(first.agreement, units=(u1,))))
    shared = replace(u3.outcomes[0], host_outcome_id=u1.outcomes[0].host_outcome_id)
    agreement = replace(first.agreement, units=(replace(u3, outcomes=(shared, *u3.outcomes[1:])),))
    other = replace(first, agreement=agreement, transcript=transcript_issued(agreement))
    kept.hear(other, other.transcript)
    duplicate = [one for one in kept.decisions.values() if one.unit_id == u3.unit_id][-1]
    assert duplicate.state is DecisionState.MANUAL_REVIEW
    assert ReasonCode.DUPLICATE_CREDIT in duplicate.reasons


@pytest.mark.parametrize(
    ("rule", "first", "second", "counts"),
    [
        (SecondResult.BEST_GRADE, "12", "14", "14"),
        (SecondResult.BEST_GRADE, "14", "12", "14"),
        (SecondResult.BEST_GRADE, "14", "14", "14"),
        (SecondResult.BEST_GRADE, "14.5", "15", "15"),
        (SecondResult.BEST_GRADE, "16-20", "18", "16-20"),
        (SecondResult.EVIDENCE_ONLY, "12", "14", "12"),
        (None, "12", "14", "12"),
    ],
)
def test_the_better_grade_takes_the_place_of_the_first_where_the_qualification_wants_it(
    rule: SecondResult | None, first: str, second: str, counts: str
):
    told, kept = Graded(**vars(story()), second_result=rule), Kept()
    words = [issued(told, grade=grade, grade_scale="FR-20") for grade in (first, second)]
    for word in words:
        kept.hear(told, word)
    [credit] = kept.credits.values()
    assert credit.grade == counts
    assert len(kept.entries) == (1 if counts == first else 3)
    assert standing_states(kept).count(DecisionState.RECOGNISED) == 1
    [evidence] = [one for one in kept.said if isinstance(one, EvidenceKept)]
    assert evidence.transcript_id == words[counts == first].transcript_id
    kept.hear(told, transcript_withdrawn(words[1]))
    [credit] = kept.credits.values()
    assert credit.grade == first
