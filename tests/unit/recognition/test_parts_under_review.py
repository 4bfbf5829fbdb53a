"""What a rule has given of a unit while a person looks at the rest, and once they have decided (domain.md 3.5)."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.resolutions import Resolution, Verdict
from shared import ids
from shared.contracts.assessment import AssessmentValue, Procedure, Result
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import CreditPartiallyRecognised, CreditRevoked
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_corrected,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.settling import Kept, failed, issued, standing_states
from tests.support.stories import elsewhere, story

K, S, RA = OutcomeKind
ITALY = story("U2")
"""Knowledge and skill are taught there."""
REST = elsewhere(ITALY, RA)
FIRST, SECOND = (pair.home_outcome_id for pair in ITALY.agreement.units[0].outcomes)
LAW = "S.L. 327.431, regulation 5"


def part(outcome_id: UUID, procedure: Procedure = Procedure.FOLLOWED) -> AssessmentValue:
    hosts = {pair.host_outcome_id for pair in ITALY.agreement.units[0].outcomes if pair.home_outcome_id == outcome_id}
    results = tuple(
        replace(one, result=Result.ACHIEVED if one.outcome_id in hosts else Result.NOT_ACHIEVED)
        for one in outcome_results(ITALY.agreement)
    )
    return assessment_value(ITALY.agreement, results=results, procedure=procedure)


V1 = transcript_issued(ITALY.agreement, part(FIRST), transcript_id=ids.new_id())
V2 = transcript_issued(
    ITALY.agreement, *V1.assessments, part(SECOND, Procedure.DEVIATED), transcript_id=V1.transcript_id, version=2
)


def under_review() -> Kept:
    kept = Kept()
    kept.hear(ITALY, V1)
    kept.hear(ITALY, V2)
    return kept


def held(kept: Kept) -> list[set[UUID]]:
    return [set(one.outcome_ids) for one in kept.standing.in_progress.values()]


def test_a_review_that_is_open_leaves_what_was_given_before():
    kept = under_review()
    assert (standing_states(kept), held(kept)) == ([DecisionState.MANUAL_REVIEW], [{FIRST}])
    kept.hear(REST, rest := issued(REST))
    assert len(held(kept)[0]) == 2
    kept.hear(REST, transcript_withdrawn(rest))
    assert held(kept) == [{FIRST}]


@pytest.mark.parametrize("how", ["withdrawn", "failed"])
def test_under_review_too_what_was_given_falls_with_the_hosts_word(how: str):
    kept = under_review()
    facts = kept.hear(ITALY, transcript_withdrawn(V2) if how == "withdrawn" else failed(ITALY, V2))
    assert isinstance(facts[-1], CreditRevoked)
    assert (held(kept), kept.contributions) == ([], {})


def test_what_is_still_achieved_stays_under_review_when_the_host_corrects_the_rest():
    kept = under_review()
    kept.hear(ITALY, transcript_corrected(ITALY.agreement, V2, part(FIRST, Procedure.DEVIATED)))
    assert (standing_states(kept), held(kept)) == ([DecisionState.MANUAL_REVIEW], [{FIRST}])


@pytest.mark.parametrize("verdict", [Verdict.DOCUMENTED_ONLY, Verdict.REFUSED])
def test_a_person_who_recognises_nothing_takes_back_what_a_rule_had_given(verdict: Verdict):
    kept = under_review()
    facts = kept.resolve(ITALY, Resolution(verdict, legal_basis=LAW))
    assert isinstance(facts[-1], CreditRevoked)
    assert (held(kept), kept.contributions, standing_states(kept)) == ([], {}, [DecisionState(verdict)])


def test_what_others_gave_stays_held():
    kept = under_review()
    kept.hear(REST, issued(REST))
    kept.resolve(ITALY, Resolution(Verdict.REFUSED, legal_basis=LAW))
    [left] = held(kept)
    assert (len(left), FIRST in left) == (1, False)


def test_what_counts_by_it_too_is_in_progress_again():
    kept, rest = under_review(), elsewhere(ITALY, S if kind_of(SECOND) is S else K, RA)
    kept.hear(rest, issued(rest))
    assert len(kept.credits) == 1
    kept.resolve(ITALY, Resolution(Verdict.DOCUMENTED_ONLY))
    assert (kept.credits, [len(one) for one in held(kept)]) == ({}, [2])


def kind_of(outcome_id: UUID) -> OutcomeKind:
    return next(one.kind for unit in ITALY.home.units for one in unit.outcomes if one.outcome_id == outcome_id)


@pytest.mark.parametrize("named", [(FIRST,), (SECOND,), (FIRST, SECOND)])
def test_in_part_what_the_person_names_is_held_and_nothing_else(named: tuple[UUID, ...]):
    kept = under_review()
    facts = kept.resolve(ITALY, Resolution(Verdict.PARTIALLY_RECOGNISED, named))
    [said] = [one for one in facts if isinstance(one, CreditPartiallyRecognised)]
    assert (held(kept), set(said.held_outcome_ids)) == ([set(named)], set(named))
    [given] = kept.contributions.values()
    assert set(given.outcome_ids) == set(named)
    kept.hear(ITALY, transcript_withdrawn(V2))
    assert held(kept) == []


def test_evidence_comes_in_where_a_person_takes_back_what_it_was_second_to():
    kept, again = under_review(), elsewhere(ITALY, kind_of(FIRST))
    kept.hear(again, issued(again))
    kept.resolve(ITALY, Resolution(Verdict.REFUSED, legal_basis=LAW))
    assert held(kept) == [{FIRST}]
