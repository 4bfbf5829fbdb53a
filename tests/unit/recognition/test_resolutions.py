"""What a person decides has the consequences of what a rule decides, and overrides everything but R10."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.evaluation import Outcome, knowing
from services.recognition.domain.ledger import EntryKind
from services.recognition.domain.partial import UnitInProgress
from services.recognition.domain.resolutions import Act, Resolution, Verdict, decide
from services.recognition.domain.standing import ActiveCredit, Place, Standing
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import Procedure
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRefused,
    Mode,
    OutcomeStatus,
    ReasonCode,
    ValidationCompleted,
)
from shared.problems import Conflict, Validation
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.reviewing import AT, RECOGNISER
from tests.support.stories import story

TOLD = story("U2")
"""Of Malta's U2 knowledge and skill are taught in Italy, responsibility is not."""
DEVIATING = transcript_issued(TOLD.agreement, assessment_value(TOLD.agreement, procedure=Procedure.DEVIATED))
[UNIT] = TOLD.units(DEVIATING)
PLACE: Place = (UNIT.agreement.qualification_id, UNIT.agreed.unit_id)
K, S, RA = OutcomeKind
OUTCOMES = {
    one.kind: one.outcome_id for unit in TOLD.home.units if unit.unit_id == UNIT.agreed.unit_id for one in unit.outcomes
}
ACT = Act(RECOGNISER, AT, UUID(int=5))
LAW = "S.L. 327.431, regulation 5"


def resolved(
    verdict: Verdict, *kinds: OutcomeKind, standing: Standing | None = None, unit: UnitFacts = UNIT, **how: Any
) -> tuple[Standing, Outcome]:
    known = standing or Standing()
    basis = LAW if verdict is Verdict.REFUSED else None
    resolution = Resolution(verdict, tuple(OUTCOMES[kind] for kind in kinds), how.pop("legal_basis", basis))
    return decide(known, knowing(unit, known), resolution, ACT, uuid4, **how)


def said(outcome: Outcome) -> tuple[ValidationCompleted, Any]:
    validation, fact = outcome.facts
    assert isinstance(validation, ValidationCompleted)
    return validation, fact


def test_what_a_person_recognises_counts_and_shows_what_it_overrides():
    after, outcome = resolved(Verdict.RECOGNISED)
    validation, credit = said(outcome)
    decision = outcome.decision
    assert isinstance(credit, CreditRecognised)
    assert (credit.mode, credit.points, credit.ledger_position) == (Mode.MANUAL, Decimal(25), 1)
    assert (decision.state, decision.mode, decision.decided_by) == ("recognised", "manual", RECOGNISER)
    assert set(decision.reasons) == {ReasonCode.LO_MISSING, ReasonCode.PROCEDURE_DEVIATION}
    assert (decision.decision_id, decision.appeal_until, len(decision.trace)) == (ACT.decision_id, None, 12)
    by_hand = {one.outcome_id: (one.status, one.reason) for one in validation.outcomes}
    assert by_hand[OUTCOMES[K]] == (OutcomeStatus.VALIDATED, ReasonCode.OK)
    assert by_hand[OUTCOMES[RA]] == (OutcomeStatus.VALIDATED, ReasonCode.LO_MISSING)
    assert after.credits[PLACE].credit_id == credit.credit_id


def test_a_part_that_a_person_recognises_is_held():
    after, outcome = resolved(Verdict.PARTIALLY_RECOGNISED, K)
    validation, credit = said(outcome)
    assert isinstance(credit, CreditPartiallyRecognised)
    assert credit.held_outcome_ids == (OUTCOMES[K],)
    assert set(credit.needed_outcome_ids) == {OUTCOMES[S], OUTCOMES[RA]}
    assert validation.status == "partially_validated"
    assert {one.outcome_id: one.reason for one in validation.outcomes}[OUTCOMES[S]] is ReasonCode.LO_MISSING
    assert outcome.decision.appeal_until == date(2026, 5, 10)
    assert after.in_progress[PLACE].outcome_ids == {OUTCOMES[K]}
    assert outcome.entry is None


def test_what_was_held_before_stays_held_and_the_credit_the_same():
    held = UnitInProgress(UUID(int=9), 1, frozenset({OUTCOMES[RA]}))
    standing = Standing(in_progress={PLACE: held})
    _, part = resolved(Verdict.PARTIALLY_RECOGNISED, K, standing=standing)
    validation, credit = said(part)
    assert (credit.credit_id, credit.version, set(credit.held_outcome_ids)) == (
        held.credit_id,
        2,
        {OUTCOMES[K], OUTCOMES[RA]},
    )
    assert {one.outcome_id: one.held_by for one in validation.outcomes}[OUTCOMES[RA]] == held.credit_id
    _, whole = resolved(Verdict.RECOGNISED, standing=standing)
    assert said(whole)[1].credit_id == held.credit_id


def test_a_refusal_rests_on_law_and_can_be_appealed_against():
    after, outcome = resolved(Verdict.REFUSED)
    _, refused = said(outcome)
    assert isinstance(refused, CreditRefused)
    assert (refused.legal_basis, refused.appeal_until) == (LAW, date(2026, 5, 10))
    assert refused.reasons == outcome.decision.reasons
    assert (after, outcome.entry) == (Standing(), None)


def test_what_is_final_cannot_be_appealed_against():
    _, outcome = resolved(Verdict.PARTIALLY_RECOGNISED, K, final=True)
    assert outcome.decision.appeal_until is None


def test_what_is_documented_only_is_on_record_without_points():
    _, outcome = resolved(Verdict.DOCUMENTED_ONLY)
    assert isinstance(said(outcome)[1], CreditDocumented)
    assert outcome.entry is not None
    assert (outcome.entry.kind, outcome.entry.points) == (EntryKind.DOCUMENTED, Decimal(0))
    assert outcome.decision.state is DecisionState.DOCUMENTED_ONLY


@pytest.mark.parametrize("verdict", [Verdict.RECOGNISED, Verdict.PARTIALLY_RECOGNISED])
def test_what_counts_already_never_counts_twice_by_hand(verdict: Verdict):
    part = (K,) if verdict is Verdict.PARTIALLY_RECOGNISED else ()
    counted = Standing(credits={PLACE: ActiveCredit(UUID(int=3), UUID(int=4))})
    with pytest.raises(Conflict, match="counts already"):
        resolved(verdict, *part, standing=counted)
    used = frozenset({UNIT.agreed.outcomes[0].host_outcome_id})
    elsewhere = Standing(host_outcomes={(PLACE[0], uuid4()): used})
    with pytest.raises(Conflict, match="another unit"):
        resolved(verdict, *part, standing=elsewhere)
    assert resolved(Verdict.REFUSED, standing=counted)[1].decision.state is DecisionState.REFUSED


def refusals(problem: Validation) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in problem.members["errors"]]


@pytest.mark.parametrize(
    ("verdict", "kinds", "expected"),
    [
        (Verdict.RECOGNISED, [K], ("/outcome_ids", "superfluous")),
        (Verdict.PARTIALLY_RECOGNISED, [], ("/outcome_ids", "nothing-new")),
        (Verdict.PARTIALLY_RECOGNISED, [K, S, RA], ("/outcome_ids", "complete")),
    ],
)
def test_what_contradicts_itself_is_refused(verdict: Verdict, kinds: list[OutcomeKind], expected: tuple[str, str]):
    with pytest.raises(Validation) as problem:
        resolved(verdict, *kinds)
    assert refusals(problem.value) == [expected]


def test_a_refusal_without_a_legal_basis_is_refused():
    with pytest.raises(Validation) as problem:
        resolved(Verdict.REFUSED, legal_basis=None)
    assert refusals(problem.value) == [("/legal_basis", "missing")]


def test_only_outcomes_of_the_unit_are_recognised():
    with pytest.raises(Validation) as problem:
        decide(Standing(), UNIT, Resolution(Verdict.PARTIALLY_RECOGNISED, (OUTCOMES[K], uuid4())), ACT, uuid4)
    assert refusals(problem.value) == [("/outcome_ids/1", "unknown")]


@pytest.mark.parametrize("unit", [replace(UNIT, policy=None), replace(UNIT, home_unit=None)])
def test_without_a_policy_or_a_unit_there_is_nothing_to_decide(unit: UnitFacts):
    with pytest.raises(Conflict):
        resolved(Verdict.REFUSED, unit=unit)
