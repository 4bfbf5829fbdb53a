from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.evaluation import Outcome, evaluate
from services.recognition.domain.known import NotKnownYetError
from services.recognition.domain.ledger import EntryKind
from services.recognition.domain.simulation import Draft, PredictedUnit, Prediction, all_achieved, as_if_agreed, predict
from services.recognition.domain.standing import Standing
from shared.contracts.agreements import PlannedAssessment
from shared.contracts.assessment import AssessmentValue, Authority, Method, Procedure, Result
from shared.contracts.recognition import CreditRecognised, QualificationCompleted, ReasonCode
from shared.problems import Validation
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.evaluating import AT
from tests.support.stories import Story, documenting, story

TWO, ALL = story("U1", "U3"), story("U1", "U2", "U3", "U4", "U5")
SMALL = replace(TWO, home=replace(TWO.home, units=TWO.home.units[:1]))


def predicted(told: Story, *assessments: AssessmentValue, standing: Standing | None = None) -> Prediction:
    assumed = assessments or all_achieved(told.agreement, uuid4)
    return predict(standing or Standing(), told.known, told.agreement, assumed, AT, uuid4)


@st.composite
def assessments_of(draw: st.DrawFn, told: Story) -> AssessmentValue:
    """Whatever may come back from abroad."""
    results = tuple(replace(one, result=draw(st.sampled_from(Result))) for one in outcome_results(told.agreement))
    return assessment_value(
        told.agreement,
        results=results,
        procedure=draw(st.sampled_from(Procedure)),
        authority=draw(st.sampled_from(Authority)),
        second_person=draw(st.booleans()),
        grade=draw(st.sampled_from(["14", None])),
        grade_scale="FR-20",
    )


def essence(outcome: Outcome) -> tuple[object, ...]:
    """What is decided and why, without the ids of what it was decided on."""
    decision = outcome.decision
    trace = [(one.rule, one.version, one.passed, one.reasons) for one in decision.trace]
    points = outcome.entry.points if outcome.entry and outcome.entry.kind is EntryKind.CREDIT else None
    [conversion] = [one.conversion for one in outcome.facts if isinstance(one, CreditRecognised)] or [None]
    return decision.unit_id, decision.state, decision.reasons, points, conversion, trace


def foretold(unit: PredictedUnit) -> tuple[object, ...]:
    trace = [(one.rule, one.version, one.passed, one.reasons) for one in unit.trace]
    return unit.unit_id, unit.state, unit.reasons, unit.points, unit.conversion, trace


@pytest.mark.parametrize("told", [TWO, ALL, SMALL, documenting(TWO)], ids=["two", "all", "completing", "documenting"])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_simulation_predicts_what_happens_when_exactly_these_results_arrive(told: Story, data: st.DataObject):
    assumed = [data.draw(assessments_of(told)) for _ in range(data.draw(st.integers(1, 3)))]
    standing = Standing()
    if data.draw(st.booleans()):  # something has happened before
        earlier = transcript_issued(told.agreement, data.draw(assessments_of(told)))
        standing, _ = evaluate(standing, told.units(earlier), AT, uuid4)
    prediction = predicted(told, *assumed, standing=standing)
    _, outcomes = evaluate(standing, told.units(transcript_issued(told.agreement, *assumed)), AT, uuid4)
    assert [foretold(one) for one in prediction.units] == [essence(one) for one in outcomes]
    said = [fact for outcome in outcomes for fact in outcome.facts]
    assert prediction.completes_qualification == any(isinstance(fact, QualificationCompleted) for fact in said)


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
        predict(
            Standing(),
            replace(TWO.known, qualifications={}),
            TWO.agreement,
            all_achieved(TWO.agreement, uuid4),
            AT,
            uuid4,
        )


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
