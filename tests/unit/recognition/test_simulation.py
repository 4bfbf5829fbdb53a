from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.known import NotKnownYetError
from services.recognition.domain.simulation import (
    Draft,
    PredictedUnit,
    Prediction,
    all_achieved,
    as_if_agreed,
    case_of,
    predict,
)
from services.recognition.domain.standing import Standing
from shared.contracts.agreements import PlannedAssessment
from shared.contracts.assessment import AssessmentValue, Method
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.facts import Fact
from shared.contracts.recognition import CreditRecognised, QualificationCompleted, ReasonCode
from shared.problems import Validation
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.evaluating import AT
from tests.support.results import assessments_of
from tests.support.settling import Kept
from tests.support.stories import Graded, Story, documenting, elsewhere, story

TWO, ALL = story("U1", "U3"), story("U1", "U2", "U3", "U4", "U5")
SMALL = replace(TWO, home=replace(TWO.home, units=TWO.home.units[:1]))
PART, BEST = story("U2"), Graded(**vars(story()))
K, S, RA = OutcomeKind


def predicted(told: Story, *assessments: AssessmentValue, standing: Standing | None = None) -> Prediction:
    assumed = assessments or all_achieved(told.agreement, uuid4)
    return predict(standing or Standing(), case_of(told.known, told.agreement, assumed, AT, uuid4), AT, uuid4)


def foretold(unit: PredictedUnit) -> tuple[object, ...]:
    """What is decided and why, without the ids of what it was decided on."""
    trace = [(one.rule, one.version, one.passed, one.reasons) for one in unit.trace]
    return unit.unit_id, unit.state, unit.reasons, unit.points, unit.conversion, trace


def come_true(kept: Kept, transcript_id: UUID, said: Sequence[Fact]) -> list[tuple[object, ...]]:
    """The same of what was really decided on a transcript."""
    credits_ = {one.decision_id: one for one in said if isinstance(one, CreditRecognised)}
    decided = [one for one in kept.decisions.values() if one.transcript_id == transcript_id]
    return [
        (
            one.unit_id,
            one.state,
            one.reasons,
            credits_[one.decision_id].points if one.decision_id in credits_ else None,
            credits_[one.decision_id].conversion if one.decision_id in credits_ else None,
            [(rule.rule, rule.version, rule.passed, rule.reasons) for rule in one.trace],
        )
        for one in decided
    ]


LEARNERS = {
    "two": (TWO,),
    "all": (ALL,),
    "completing": (SMALL,),
    "documenting": (documenting(TWO),),
    "parts": (PART, elsewhere(PART, RA), elsewhere(PART, K, S, RA)),
    "best grade": (BEST, elsewhere(BEST, K, S, RA), elsewhere(BEST, RA)),
}
"""Each with the stays abroad that may come one after the other, in any order and more than once."""


@pytest.mark.parametrize("stays", LEARNERS.values(), ids=LEARNERS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_simulation_predicts_what_happens_when_exactly_these_results_arrive(
    stays: Sequence[Story], data: st.DataObject
):
    kept = Kept()
    for _ in range(data.draw(st.integers(0, 3))):  # what has happened before
        told = data.draw(st.sampled_from(stays))
        kept.hear(told, transcript_issued(told.agreement, data.draw(assessments_of(told))))
    told = data.draw(st.sampled_from(stays))
    assumed = [data.draw(assessments_of(told)) for _ in range(data.draw(st.integers(1, 3)))]
    prediction = kept.predicted(told, assumed)
    came = transcript_issued(told.agreement, *assumed)
    said = kept.hear(told, came)
    came_true = come_true(kept, came.transcript_id, said)
    assert sorted(map(foretold, prediction.units), key=str) == sorted(came_true, key=str)
    assert prediction.completes_qualification == any(isinstance(fact, QualificationCompleted) for fact in said)


def test_a_better_grade_is_foretold_to_take_the_place_of_the_first():
    kept = Kept()
    first, better = (assessment_value(BEST.agreement, grade=mark, grade_scale="FR-20") for mark in ("12", "14"))
    kept.hear(BEST, transcript_issued(BEST.agreement, first))
    [unit] = kept.predicted(BEST, [better]).units
    assert (unit.state, unit.points) == (DecisionState.RECOGNISED, Decimal("30.0"))
    assert unit.conversion
    assert unit.conversion.grade == "14"
    [credit] = kept.credits.values()
    assert credit.grade == "12", "nothing has happened"


def test_if_all_that_is_agreed_is_achieved_it_counts():
    prediction = predicted(TWO)
    assert [unit.state for unit in prediction.units] == [DecisionState.RECOGNISED] * 2
    assert [unit.unit_id for unit in prediction.units] == [unit.unit_id for unit in TWO.agreement.units]
    assert all(unit.points for unit in prediction.units)
    assert not prediction.completes_qualification
    assert predicted(SMALL).completes_qualification


def test_what_the_partner_does_not_teach_is_said_before_departure():
    by_unit = {unit.unit_id: unit for unit in predicted(ALL).units}
    codes = {unit.code: by_unit[unit.unit_id] for unit in ALL.home.units}
    assert codes["U1"].reasons == ()
    assert ReasonCode.LO_MISSING in codes["U2"].reasons
    assert codes["U2"].points is None


def test_where_methods_are_agreed_all_is_achieved_by_them():
    [first, *others] = [pair.host_outcome_id for pair in TWO.agreement.units[0].outcomes]
    plan = PlannedAssessment(
        host_unit_id=TWO.agreement.units[0].host_unit_id,
        host_outcome_ids=(first,),
        method=Method.ORAL,
        planned_on=None,
        assessing_id=None,
    )
    assumed = all_achieved(replace(TWO.agreement, assessments=(plan,)), uuid4)
    methods = {one.outcome_id: value.method for value in assumed for one in value.results}
    assert methods[first] is Method.ORAL
    assert {methods[one] for one in others} == {Method.WORK_SIMULATION}
    assert {value.assessed_on for value in assumed} == {TWO.agreement.ends_on}


def test_a_fact_that_has_not_arrived_is_named():
    with pytest.raises(NotKnownYetError, match="qualification:"):
        case_of(replace(TWO.known, qualifications={}), TWO.agreement, all_achieved(TWO.agreement, uuid4), AT, uuid4)


def draft(told: Story) -> Draft:
    names = ("memorandum_id", "memorandum_version", "home_id", "host_id", "qualification_id", "qualification_version")
    terms = {name: getattr(told.agreement, name) for name in (*names, "units", "starts_on", "ends_on")}
    return Draft(**terms)


def test_a_draft_is_judged_as_if_it_were_signed_today():
    agreed = as_if_agreed(draft(TWO), TWO.memorandum, TWO.agreement.agreed_on, uuid4())
    told = replace(TWO, agreement=agreed)
    assert [unit.state for unit in predicted(told).units] == [DecisionState.RECOGNISED] * 2
    late = replace(TWO, agreement=as_if_agreed(draft(TWO), TWO.memorandum, AT.date(), uuid4()))
    assert {reason for unit in predicted(late).units for reason in unit.reasons} == {ReasonCode.LA_NOT_AGREED}


FOREIGN = {"home_id": replace(draft(TWO), home_id=uuid4()), "host_id": replace(draft(TWO), host_id=uuid4())}


@pytest.mark.parametrize("side", FOREIGN)
def test_who_is_no_party_to_the_memorandum_has_no_draft_under_it(side: str):
    with pytest.raises(Validation) as refused:
        as_if_agreed(FOREIGN[side], TWO.memorandum, AT.date(), uuid4())
    assert refused.value.members["errors"][0]["pointer"] == f"/draft/{side}"
