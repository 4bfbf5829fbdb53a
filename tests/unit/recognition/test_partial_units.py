"""Units of which a stay brings a part: held until another stay brings the rest, and counted once."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.batches import Batch
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.partial import Needed, needed
from shared.contracts.assessment import Procedure, Result
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditPartiallyRecognised,
    CreditRecognised,
    OutcomeStatus,
    ReasonCode,
    ReviewRequired,
    ValidationCompleted,
    ValidationStatus,
)
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.evaluating import entries, evaluated, evaluated_all, said
from tests.support.stories import Story, elsewhere, story

K, S, RA = OutcomeKind
ITALY = story("U2")
"""Knowledge and skill of Malta's U2 are taught there."""
MALTA = elsewhere(ITALY, RA, at_home=True)
[UNIT] = [unit for unit in ITALY.home.units if unit.unit_id == ITALY.agreement.units[0].unit_id]
OUTCOMES = {outcome.kind: outcome.outcome_id for outcome in UNIT.outcomes}


def after(*stories: Story) -> Batch:
    """One transcript of each, in this order."""
    return evaluated_all([(told, told.transcript) for told in stories])


def states(batch: Batch) -> list[DecisionState]:
    return [outcome.decision.state for _, outcome in batch.outcomes]


def test_a_part_of_a_unit_is_held_and_what_is_needed_is_said():
    batch = evaluated(ITALY)
    [validation, credit] = said(batch)
    assert isinstance(validation, ValidationCompleted)
    assert validation.status is ValidationStatus.PARTIALLY_VALIDATED
    assert isinstance(credit, CreditPartiallyRecognised)
    assert set(credit.held_outcome_ids) == {OUTCOMES[K], OUTCOMES[S]}
    assert credit.needed_outcome_ids == (OUTCOMES[RA],)
    assert states(batch) == [DecisionState.PARTIALLY_RECOGNISED]


def test_a_part_of_a_unit_has_no_points_and_no_entry():
    batch = evaluated(ITALY)
    assert entries(batch) == []
    assert batch.heads == {}


@pytest.mark.parametrize("rest", [MALTA, elsewhere(ITALY, RA), elsewhere(ITALY, S, RA), elsewhere(ITALY, K, S, RA)])
def test_the_rest_from_home_or_another_host_completes_it_and_it_counts_once(rest: Story):
    batch = after(ITALY, rest)
    [_, begun, validation, credit] = said(batch)
    assert isinstance(begun, CreditPartiallyRecognised)
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(credit, CreditRecognised)
    assert validation.status is ValidationStatus.VALIDATED
    assert (credit.credit_id, credit.version, credit.points) == (begun.credit_id, 2, Decimal(25))
    assert [one.held_by for one in validation.outcomes] == [begun.credit_id, begun.credit_id, None]
    assert [entry.credit_id for entry in entries(batch)] == [credit.credit_id]
    assert batch.in_progress == {credit.credit_id: None}


def test_a_unit_grows_over_as_many_stays_as_it_takes():
    batch = after(elsewhere(ITALY, K), elsewhere(ITALY, S), elsewhere(ITALY, RA))
    assert states(batch) == [DecisionState.PARTIALLY_RECOGNISED] * 2 + [DecisionState.RECOGNISED]
    versions = [fact.version for fact in said(batch) if not isinstance(fact, ValidationCompleted)]
    assert versions == [1, 2, 3]


def test_a_part_of_a_unit_that_counts_already_is_evidence_only():
    batch = after(elsewhere(ITALY, K, S, RA), ITALY)
    [_, (_, second)] = batch.outcomes
    assert second.decision.state is DecisionState.EVIDENCE_ONLY
    assert ReasonCode.DUPLICATE_CREDIT in second.decision.reasons


def test_the_next_issue_without_anything_new_changes_nothing():
    assert len(evaluated(ITALY, ITALY.transcript, replace(ITALY.transcript, version=2)).outcomes) == 1


def test_the_next_issue_after_others_completed_the_unit_changes_nothing():
    again = replace(ITALY.transcript, version=2)
    batch = evaluated_all([(ITALY, ITALY.transcript), (MALTA, MALTA.transcript), (ITALY, again)])
    assert states(batch) == [DecisionState.PARTIALLY_RECOGNISED, DecisionState.RECOGNISED]


def test_the_next_issue_adds_what_is_new_and_takes_the_place_of_the_decision_before():
    host_k = ITALY.agreement.units[0].outcomes[0].host_outcome_id
    results = tuple(
        one if one.outcome_id == host_k else replace(one, result=Result.NOT_ACHIEVED)
        for one in outcome_results(ITALY.agreement)
    )
    first = transcript_issued(ITALY.agreement, assessment_value(ITALY.agreement, results=results))
    second = replace(ITALY.transcript, transcript_id=first.transcript_id, version=2)
    [(_, begun), (_, grown)] = evaluated(ITALY, first, second).outcomes
    assert grown.supersedes == begun.decision.decision_id
    assert grown.decision.state is DecisionState.PARTIALLY_RECOGNISED


def test_nothing_is_held_of_what_a_person_has_to_look_at():
    deviated = assessment_value(ITALY.agreement, procedure=Procedure.DEVIATED)
    [_, review] = said(evaluated(ITALY, transcript_issued(ITALY.agreement, deviated)))
    assert isinstance(review, ReviewRequired)
    assert review.reasons == (ReasonCode.LO_MISSING, ReasonCode.PROCEDURE_DEVIATION)


def test_of_the_outcomes_that_are_not_required_as_many_are_needed_as_the_unit_says():
    first, second, third = (replace(one, required=False) for one in UNIT.outcomes)
    unit = replace(UNIT, outcomes=(replace(first, required=True), second, third), minimum_optional_outcomes=1)
    assert needed(unit, set()) == Needed((first.outcome_id,), 1)
    assert needed(unit, {first.outcome_id}) == Needed((), 1)
    assert needed(unit, {first.outcome_id, third.outcome_id}).nothing
    assert needed(unit, {outcome.outcome_id for outcome in unit.outcomes}).nothing


KINDS = st.sets(st.sampled_from(list(OutcomeKind)), min_size=1).map(lambda kinds: tuple(sorted(kinds)))
STAYS = st.lists(KINDS, min_size=1, max_size=5).map(lambda stays: [elsewhere(ITALY, *kinds) for kinds in stays])


def what_is_held(batch: Batch) -> tuple[list[UUID], set[UUID]]:
    """The units that count, and the outcomes of those in progress."""
    facts = [fact for fact in said(batch) if isinstance(fact, CreditPartiallyRecognised | CreditRecognised)]
    counted = [fact.unit_id for fact in facts if isinstance(fact, CreditRecognised)]
    held = [set(fact.held_outcome_ids) for fact in facts if isinstance(fact, CreditPartiallyRecognised)]
    return counted, held[-1] if held and not counted else set()


@given(STAYS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_what_counts_and_what_is_held(stays: Sequence[Story], random):
    shuffled = random.sample(stays, len(stays))
    assert what_is_held(after(*stays)) == what_is_held(after(*shuffled))


@given(STAYS)
def test_a_unit_counts_when_all_of_it_is_achieved_and_not_before(stays: Sequence[Story]):
    achieved = {pair.home_outcome_id for told in stays for pair in told.agreement.units[0].outcomes}
    complete = achieved == set(OUTCOMES.values())
    assert what_is_held(after(*stays)) == (([UNIT.unit_id], set()) if complete else ([], achieved))


@given(STAYS)
def test_no_outcome_counts_twice_and_points_are_the_ledgers_sum(stays: Sequence[Story]):
    batch = after(*stays)
    counting = {DecisionState.PARTIALLY_RECOGNISED, DecisionState.RECOGNISED}
    added = [
        one.outcome_id
        for _, outcome in batch.outcomes
        if outcome.decision.state in counting
        for fact in outcome.facts
        if isinstance(fact, ValidationCompleted)
        for one in fact.outcomes
        if one.status is OutcomeStatus.VALIDATED and one.held_by is None
    ]
    assert len(added) == len(set(added))
    points = [fact.points for fact in said(batch) if isinstance(fact, CreditRecognised)]
    assert sum(filter(None, points)) == sum(entry.points or 0 for entry in entries(batch))


@given(STAYS, st.data())
def test_repeating_transcripts_changes_nothing(stays: Sequence[Story], data: st.DataObject):
    again = data.draw(st.lists(st.sampled_from(stays)))
    assert states(after(*stays)) == states(after(*stays, *again))
