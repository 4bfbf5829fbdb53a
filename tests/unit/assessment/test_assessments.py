from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain import assessing, planning
from services.assessment.domain.assessments import Assessment
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from services.assessment.domain.values import value_of
from shared.contracts.assessment import Authority, Result
from shared.problems import Forbidden, NotCompetent, Validation
from tests.support.hosting import (
    AGREEMENT,
    AT,
    CONTEST_DAYS,
    KNOWLEDGE,
    REPORT,
    RESPONSIBILITY,
    SKILL,
    UNIT,
    actor,
    agreement,
    confirmed,
    plan_of,
    planned,
    recorded,
    results,
)


def errors(problem: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def confirm(assessment: Assessment, under: LearningAgreement, by: str):
    return assessing.confirm(assessment, under, by, CONTEST_DAYS, AT)


def test_only_agreed_outcomes_can_be_planned():
    with pytest.raises(Validation) as problem:
        planning.plan(plan_of(SKILL, HostOutcome(UNIT, uuid4())), AGREEMENT, uuid4())
    assert errors(problem) == [("/outcomes/1", "not_agreed")]


def test_an_agreed_outcome_in_another_unit_is_another_outcome():
    with pytest.raises(Validation) as problem:
        planning.plan(plan_of(HostOutcome(uuid4(), SKILL.outcome_id)), AGREEMENT, uuid4())
    assert errors(problem) == [("/outcomes/0", "not_agreed")]


def test_an_outcome_is_covered_once_by_one_assessment():
    with pytest.raises(Validation) as problem:
        planning.plan(plan_of(SKILL, KNOWLEDGE, SKILL), AGREEMENT, uuid4())
    assert errors(problem) == [("/outcomes/2/outcome_id", "duplicate")]


def test_what_is_planned_is_not_assessed_yet():
    assert {covered.result for covered in planned(SKILL, KNOWLEDGE).results} == {Result.NOT_ASSESSED}


def test_an_assessment_is_planned_for_a_day_of_the_mobility():
    with pytest.raises(Validation) as problem:
        planning.plan(replace(plan_of(SKILL), planned_on=date(2026, 10, 1)), AGREEMENT, uuid4())
    assert errors(problem) == [("/planned_on", "outside_mobility")]


def test_each_covered_outcome_gets_its_result_and_no_other_one():
    given = [(RESPONSIBILITY.outcome_id, Result.ACHIEVED), *results([SKILL, SKILL])]
    with pytest.raises(Validation) as problem:
        assessing.record(planned(SKILL, KNOWLEDGE), AGREEMENT, REPORT, given, actor(), AT)
    assert errors(problem) == [
        ("/results/0/outcome_id", "not_covered"),
        ("/results/2/outcome_id", "duplicate"),
        ("/results", "missing"),
    ]


@given(st.permutations([KNOWLEDGE, SKILL, RESPONSIBILITY]), st.permutations([KNOWLEDGE, SKILL, RESPONSIBILITY]))
def test_the_order_in_which_outcomes_are_listed_does_not_matter(first: list[HostOutcome], then: list[HostOutcome]):
    plan = planning.plan(plan_of(*first), AGREEMENT, UUID(int=7))
    record = assessing.record(plan, AGREEMENT, REPORT, results(then), actor(), AT)
    assert [result.outcome_id for result in record.results] == [UUID(int=11), UUID(int=12), UUID(int=13)]


@given(st.dates(date(2026, 8, 1), date(2026, 10, 31)))
def test_results_are_of_days_in_the_mobility(day: date):
    report, late = replace(REPORT, assessed_on=day), AT + timedelta(days=90)
    if AGREEMENT.starts_on <= day <= AGREEMENT.ends_on:
        assessing.record(planned(SKILL), AGREEMENT, report, results([SKILL]), actor(), late)
    else:
        with pytest.raises(Validation):
            assessing.record(planned(SKILL), AGREEMENT, report, results([SKILL]), actor(), late)


@pytest.mark.parametrize(
    ("day", "possible"),
    [(date(2026, 8, 30), False), (date(2026, 8, 31), True), (date(2026, 9, 10), True), (date(2026, 9, 11), False)],
)
def test_actual_dates_take_the_place_of_the_agreed_ones(day: date, *, possible: bool):
    actual = agreement(started_on=date(2026, 8, 31), completed_on=date(2026, 9, 10))
    report = replace(REPORT, assessed_on=day)
    try:
        assessing.record(planned(SKILL), actual, report, results([SKILL]), actor(), AT)
    except Validation:
        assert not possible
    else:
        assert possible


def test_what_has_not_happened_yet_cannot_be_recorded():
    with pytest.raises(Validation) as problem:
        assessing.record(planned(SKILL), AGREEMENT, REPORT, results([SKILL]), actor(), AT - timedelta(days=4))
    assert errors(problem) == [("/assessed_on", "in_future")]


@pytest.mark.parametrize("rule", [True, None])
def test_two_persons_are_needed_when_the_memorandum_wants_it_or_is_not_known(*, rule: bool | None):
    with pytest.raises(Forbidden):
        confirm(recorded(SKILL, by="ada"), agreement(two_person_rule=rule), "ada")


def test_one_person_is_enough_when_the_memorandum_says_so():
    _, [fact] = confirm(recorded(SKILL, by="ada"), agreement(two_person_rule=False), "ada")
    assert not fact.assessment.second_person


def test_the_confirmation_says_what_a_transcript_will_carry():
    after, [fact] = confirm(recorded(SKILL), AGREEMENT, "examiner")
    assert fact.assessment == value_of(after)
    assert (fact.assessment_id, fact.version, fact.learner_id) == (after.id, 3, AGREEMENT.learner_id)
    assert fact.assessment.second_person
    assert fact.assessment.authority is Authority.HOST_STAFF
    assert [(result.outcome_id, result.result) for result in fact.assessment.results] == results([SKILL])


def test_only_what_is_confirmed_goes_on_a_transcript():
    assert value_of(confirmed(SKILL)).grade == "14"
    with pytest.raises(ValueError, match="recorded"):
        value_of(recorded(SKILL))


def test_only_the_host_assesses():
    AGREEMENT.check_host(AGREEMENT.host_id)
    for institution in (AGREEMENT.home_id, uuid4(), None):
        with pytest.raises(NotCompetent):
            AGREEMENT.check_host(institution)
