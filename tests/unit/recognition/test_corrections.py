"""What a host puts right or takes back, followed through the record of its learner (domain.md 4.3, 4.8)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import EntryKind
from shared.contracts.assessment import Result
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    ChangeReason,
    CreditCorrected,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRevoked,
    QualificationCompleted,
    ReviewRequired,
    ValidationCompleted,
)
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_corrected,
    transcript_withdrawn,
)
from tests.support.settling import Kept, failed, issued, kinds, standing_states
from tests.support.stories import documenting, elsewhere, story

K, S, RA = OutcomeKind
U3 = story()
ITALY = story("U2")
REST = elsewhere(ITALY, RA)


def test_another_grade_is_a_reversal_and_a_new_entry_for_the_same_credit():
    kept, first = Kept(), issued(U3, grade="14", grade_scale="fr-0-20")
    [_, credit] = kept.hear(U3, first)
    right = assessment_value(U3.agreement, grade="12", grade_scale="fr-0-20")
    [_, corrected] = kept.hear(U3, transcript_corrected(U3.agreement, first, right))
    assert isinstance(credit, CreditRecognised)
    assert isinstance(corrected, CreditCorrected)
    assert (corrected.credit_id, corrected.version, corrected.grade) == (credit.credit_id, 2, "12")
    assert (corrected.corrects_decision_id, corrected.reverses_position) == (credit.decision_id, 1)
    assert (corrected.ledger_position, corrected.reason) == (3, ChangeReason.TRANSCRIPT_CORRECTED)
    assert kinds(kept) == [EntryKind.CREDIT, EntryKind.REVERSAL, EntryKind.CREDIT]


def test_what_is_corrected_without_touching_a_unit_leaves_it_alone():
    kept, two = Kept(), story("U1", "U3")
    first = issued(two)
    kept.hear(two, first)
    entries, decisions = list(kept.entries), dict(kept.decisions)
    assert kept.hear(two, transcript_corrected(two.agreement, first, *first.assessments)) == []
    assert (kept.entries, kept.decisions) == (entries, decisions)


def test_what_is_no_longer_earned_is_revoked_and_left_to_a_person():
    kept, first = Kept(), issued(U3)
    [_, credit] = kept.hear(U3, first)
    [validation, review, revoked] = kept.hear(U3, failed(U3, first))
    assert isinstance(credit, CreditRecognised)
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(review, ReviewRequired)
    assert isinstance(revoked, CreditRevoked)
    assert (revoked.credit_id, revoked.version, revoked.decision_id) == (credit.credit_id, 2, credit.decision_id)
    assert (revoked.reverses_position, revoked.ledger_position) == (1, 2)
    assert kinds(kept) == [EntryKind.CREDIT, EntryKind.REVERSAL]
    assert kept.credits == {}
    assert standing_states(kept) == [DecisionState.MANUAL_REVIEW]


@pytest.mark.parametrize("how", ["withdrawn", "empty"])
def test_a_transcript_that_says_nothing_any_more_takes_everything_back(how: str):
    kept, first = Kept(), issued(U3)
    kept.hear(U3, first)
    empty = replace(failed(U3, first), assessments=())
    [revoked] = kept.hear(U3, empty if how == "empty" else transcript_withdrawn(first))
    assert isinstance(revoked, CreditRevoked)
    assert standing_states(kept) == []
    assert [one.state for one in kept.decisions.values()] == [DecisionState.REVOKED]


def test_a_credit_that_comes_again_after_a_withdrawal_is_another_one():
    kept, first = Kept(), issued(U3)
    [_, credit] = kept.hear(U3, first)
    kept.hear(U3, transcript_withdrawn(first))
    [_, again] = kept.hear(U3, issued(U3, first))
    assert isinstance(credit, CreditRecognised)
    assert isinstance(again, CreditRecognised)
    assert again.credit_id != credit.credit_id
    assert again.version == 1


def test_what_others_gave_is_held_again_as_a_unit_in_progress_of_its_own():
    kept, rest = Kept(), issued(REST)
    kept.hear(ITALY, issued(ITALY))
    [_, credit] = kept.hear(REST, rest)
    [revoked, held] = kept.hear(REST, transcript_withdrawn(rest))
    assert isinstance(credit, CreditRecognised)
    assert isinstance(revoked, CreditRevoked)
    assert isinstance(held, CreditPartiallyRecognised)
    assert revoked.credit_id == credit.credit_id != held.credit_id
    assert (len(held.held_outcome_ids), len(held.needed_outcome_ids), held.version) == (2, 1, 1)


def test_what_was_held_first_is_missed_by_what_completed_it():
    kept, first, rest = Kept(), issued(ITALY), issued(REST)
    kept.hear(ITALY, first)
    kept.hear(REST, rest)
    [validation, revoked, held] = kept.hear(ITALY, transcript_withdrawn(first))
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(revoked, CreditRevoked)
    assert isinstance(held, CreditPartiallyRecognised)
    assert held.transcript_id == rest.transcript_id
    assert standing_states(kept) == [DecisionState.PARTIALLY_RECOGNISED]


def test_a_unit_in_progress_shrinks_and_ends_without_an_entry():
    kept, knows = Kept(), elsewhere(ITALY, K)
    one, other = issued(knows), issued(REST)
    kept.hear(knows, one)
    kept.hear(REST, other)
    [shrunk] = kept.hear(REST, transcript_withdrawn(other))
    [ended] = kept.hear(knows, transcript_withdrawn(one))
    assert isinstance(shrunk, CreditPartiallyRecognised)
    assert isinstance(ended, CreditRevoked)
    assert (shrunk.version, len(shrunk.held_outcome_ids)) == (3, 1)
    assert (ended.credit_id, ended.version, ended.ledger_position) == (shrunk.credit_id, 4, None)
    assert kept.entries == []


def test_a_documented_unit_is_put_right_and_struck_off():
    kept, told = Kept(), documenting(story())
    required, optional, *rest = told.home.units[2].outcomes
    unit = replace(told.home.units[2], outcomes=(required, replace(optional, required=False), *rest))
    told = replace(told, home=replace(told.home, units=(unit,)))
    first = issued(told)
    [_, documented] = kept.hear(told, first)
    assert isinstance(documented, CreditDocumented)
    [host] = [
        pair.host_outcome_id for pair in told.agreement.units[0].outcomes if pair.home_outcome_id == optional.outcome_id
    ]
    results = (
        replace(one, result=Result.NOT_ACHIEVED) if one.outcome_id == host else one
        for one in outcome_results(told.agreement)
    )
    fewer = assessment_value(told.agreement, results=tuple(results))
    right = transcript_corrected(told.agreement, first, fewer)
    [_, again] = kept.hear(told, right)
    assert isinstance(again, CreditDocumented)
    assert (again.credit_id, again.version, len(again.outcome_ids)) == (documented.credit_id, 2, 2)
    [struck] = kept.hear(told, transcript_withdrawn(right))
    assert isinstance(struck, CreditRevoked)
    assert (struck.credit_id, struck.version) == (documented.credit_id, 3)
    assert kinds(kept) == [EntryKind.DOCUMENTED, EntryKind.REVERSAL] * 2


def test_a_qualification_is_opened_again_and_said_to_be_complete_again():
    told = story("U3")
    only = tuple(replace(unit, compulsory=unit.code == "U3") for unit in told.home.units)
    told = replace(told, home=replace(told.home, units=only))
    kept, first = Kept(), issued(told)
    [*_, complete] = kept.hear(told, first)
    assert isinstance(complete, QualificationCompleted)
    [revoked] = kept.hear(told, transcript_withdrawn(first))
    assert isinstance(revoked, CreditRevoked)
    assert revoked.reopens_qualification
    assert kept.standing.completed == frozenset()
    assert isinstance(kept.hear(told, issued(told, first))[-1], QualificationCompleted)


def test_points_follow_the_new_value():
    kept, first = Kept(), issued(U3)
    kept.hear(U3, first)
    kept.hear(U3, transcript_withdrawn(first))
    assert sum(entry.points or Decimal(0) for entry in kept.entries) == 0
