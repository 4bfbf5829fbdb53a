"""What even a draft has to fulfil: it fits the catalogue and itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain.ages import age_on
from services.agreements.domain.learning_agreement_content import (
    ActivityType,
    AssessmentPlan,
    LearningActivity,
    Progress,
    RecognitionPlan,
)
from services.agreements.domain.reference import Reference, UnitOutcomes
from services.agreements.domain.writing import check_old_enough, check_writable, with_parts_marked
from shared.contracts.assessment import Method
from shared.problems import Validation
from tests.support.agreeing import AGREEMENT_TERMS, HOST, KNOWN, unit_abroad

TERMS = replace(AGREEMENT_TERMS, units=(unit_abroad("U3"),))
(U3,) = TERMS.units
DAY = timedelta(days=1)


def errors(problem: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def refused(known: Reference = KNOWN, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, **changes), known)
    return errors(problem)


def test_what_fits_can_be_written():
    check_writable(TERMS, KNOWN)


def test_every_id_of_a_draft_has_to_be_known():
    unit = unit_abroad(unit_id=uuid4(), comparability_id=uuid4())
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, host_id=uuid4(), units=(unit,)), KNOWN)
    assert errors(problem) == [
        ("/host_id", "unknown"),
        ("/units/0/unit_id", "not_in_qualification"),
        ("/units/0/comparability_id", "unknown"),
    ]
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, qualification_version=99), KNOWN)
    assert errors(problem) == [("/qualification_id", "unknown")]


def test_one_result_abroad_stands_for_one_unit_at_home():
    u1, u3 = unit_abroad("U1"), unit_abroad("U3")
    first = u3.outcomes[0].host_outcome_id
    both = replace(u1, outcomes=(*u1.outcomes, replace(u1.outcomes[0], host_outcome_id=first)))
    for units in ((u3, both), (both, u3)):
        with pytest.raises(Validation) as problem:
            check_writable(replace(TERMS, units=units), KNOWN)
        place = len(both.outcomes) - 1 if units[1] is both else 0
        assert errors(problem) == [(f"/units/1/outcomes/{place}/host_outcome_id", "counted_twice")]


def test_one_result_abroad_may_stand_for_several_outcomes_of_one_unit():
    u3 = unit_abroad("U3")
    broad = tuple(replace(pair, host_outcome_id=u3.outcomes[0].host_outcome_id) for pair in u3.outcomes)
    check_writable(replace(TERMS, units=(replace(u3, outcomes=broad), unit_abroad("U1"))), KNOWN)


def test_a_no_to_automatic_recognition_says_what_happens_instead():
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, units=(unit_abroad(automatic=False),)), KNOWN)
    assert errors(problem) == [("/units/0/alternative", "missing")]
    explained = replace(TERMS, units=(unit_abroad(automatic=False, alternative="An oral exam at home."),))
    check_writable(explained, KNOWN)


def test_recognition_that_depends_on_conditions_is_not_automatic():
    plan = RecognitionPlan(conditions=("An oral exam at home.",))
    assert refused(units=(unit_abroad(recognition=plan),)) == [("/units/0/automatic", "has_conditions")]
    explained = unit_abroad(recognition=plan, automatic=False, alternative="An oral exam at home.")
    check_writable(replace(TERMS, units=(explained,)), KNOWN)


def test_part_of_a_unit_is_marked_so():
    part, whole = unit_abroad(outcomes=U3.outcomes[:1]), unit_abroad()
    marked = with_parts_marked(replace(TERMS, units=(part, unit_abroad("U1"), unit_abroad("U2"))), KNOWN)
    assert [unit.part for unit in marked.units] == [True, None, True]  # Italy has only part of U2
    assert refused(units=(replace(part, part=False),)) == [("/units/0/part", "is_part")]
    assert refused(units=(replace(whole, part=True),)) == [("/units/0/part", "is_whole")]
    check_writable(replace(TERMS, units=(replace(whole, part=False),)), KNOWN)
    assert with_parts_marked(replace(TERMS, units=(replace(part, part=False),)), KNOWN).units[0].part is False


def test_what_a_unit_takes_is_not_doubted_where_it_is_not_known():
    """Published before this service listened for outcomes."""
    key = (TERMS.qualification_id, TERMS.qualification_version)
    bare = replace(KNOWN.qualifications[key], outcomes={}, eqf_level=None, nqf_level=None)
    known = replace(KNOWN, qualifications={key: bare})
    part = replace(TERMS, units=(unit_abroad(outcomes=U3.outcomes[:1], part=True),), eqf_level=8)
    check_writable(part, known)
    assert with_parts_marked(TERMS, known) == TERMS


def test_optional_outcomes_may_be_part_of_what_a_unit_takes():
    required, *optional = (uuid4() for _ in range(4))
    takes = UnitOutcomes(frozenset({required}), frozenset(optional), 2)
    assert takes.is_met_by({required, *optional[:2]})
    assert not takes.is_met_by({required, optional[0]})
    assert not takes.is_met_by(set(optional))


def test_the_level_is_the_published_one():
    check_writable(replace(TERMS, eqf_level=4), KNOWN)
    assert refused(eqf_level=5) == [("/eqf_level", "other_level")]


def test_progress_names_units_of_the_qualification_that_are_not_to_be_achieved():
    check_writable(replace(TERMS, progress=Progress(acquired_unit_ids=(unit_abroad("U1").unit_id,))), KNOWN)
    acquired = Progress(acquired_unit_ids=(U3.unit_id, uuid4()))
    assert refused(progress=acquired) == [
        ("/progress/acquired_unit_ids/0", "acquired_already"),
        ("/progress/acquired_unit_ids/1", "not_in_qualification"),
    ]


PROJECT, MOBILITY = "2026-1-MT01-KA121-VET-000012345", "2026-SHORT-0001-KA121-VET-000012345"


def test_call_year_project_code_and_mobility_id_say_the_same():
    check_writable(replace(TERMS, project_code=PROJECT, mobility_id=MOBILITY, call_year=2026), KNOWN)
    assert refused(project_code=PROJECT, call_year=2025) == [("/call_year", "other_project")]
    assert refused(mobility_id=MOBILITY, call_year=2025) == [("/mobility_id", "other_year")]
    other = MOBILITY.replace("12345", "54321")
    assert refused(project_code=PROJECT, mobility_id=other) == [("/mobility_id", "other_project")]


@pytest.mark.parametrize(
    ("activity_type", "least", "most"),
    [
        (ActivityType.SHORT_TERM, 10, 89),
        (ActivityType.ERASMUSPRO_LONG_TERM, 90, 365),
        (ActivityType.SKILLS_COMPETITION, 1, 10),
        (ActivityType.GROUP, 2, 30),
    ],
)
def test_each_type_of_activity_has_its_duration(activity_type: ActivityType, least: int, most: int):
    def lasting(days: int) -> dict[str, Any]:
        return {"activity_type": activity_type, "ends_on": TERMS.starts_on + DAY * (days - 1)}

    for days in (least, most):
        check_writable(replace(TERMS, **lasting(days)), KNOWN)
    assert refused(**lasting(most + 1)) == [("/activity_type", "other_duration")]
    if least > 1:
        assert refused(**lasting(least - 1)) == [("/activity_type", "other_duration")]


def test_there_are_no_more_weeks_of_learning_than_the_stay_has():
    check_writable(replace(TERMS, weeks=4), KNOWN)  # 26 days
    assert refused(weeks=5) == [("/weeks", "too_many")]


def a_plan(**changes: Any) -> AssessmentPlan:
    usual: dict[str, Any] = {
        "host_unit_id": U3.host_unit_id,
        "host_outcome_ids": (U3.outcomes[0].host_outcome_id,),
        "method": Method.OBSERVATION,
        "planned_on": TERMS.ends_on,
    }
    return AssessmentPlan(**usual | changes)


def test_what_is_assessed_is_agreed_and_assessed_during_the_stay():
    check_writable(replace(TERMS, assessments=(a_plan(), a_plan(planned_on=None, assessing_id=HOST))), KNOWN)
    plans = (a_plan(host_unit_id=uuid4()), a_plan(host_outcome_ids=(uuid4(),)), a_plan(planned_on=TERMS.ends_on + DAY))
    assert refused(assessments=plans) == [
        ("/assessments/2/planned_on", "outside_stay"),
        ("/assessments/0/host_unit_id", "not_agreed"),
        ("/assessments/1/host_outcome_ids/0", "not_agreed"),
    ]


def test_an_outcome_is_assessed_in_its_own_unit():
    both = replace(TERMS, units=(U3, unit_abroad("U1")))
    with pytest.raises(Validation) as problem:
        check_writable(replace(both, assessments=(a_plan(host_unit_id=both.units[1].host_unit_id),)), KNOWN)
    assert errors(problem) == [("/assessments/0/host_outcome_ids/0", "not_agreed")]


def test_activities_are_for_agreed_outcomes():
    def activity(outcome_id: UUID) -> LearningActivity:
        return LearningActivity(task="Rolls out an image.", host_outcome_ids=(outcome_id,))

    check_writable(replace(TERMS, activities=(activity(U3.outcomes[0].host_outcome_id),)), KNOWN)
    assert refused(activities=(activity(uuid4()),)) == [("/activities/0/host_outcome_ids/0", "not_agreed")]


def test_every_institution_is_known_and_an_intermediary_is_neither_home_nor_host():
    plan = RecognitionPlan(validating_id=uuid4(), recognising_id=uuid4())
    unknown: dict[str, Any] = {
        "assessments": (a_plan(assessing_id=uuid4()),),
        "units": (unit_abroad(recognition=plan),),
    }
    assert refused(**unknown, intermediary_id=uuid4()) == [
        ("/intermediary_id", "unknown"),
        ("/assessments/0/assessing_id", "unknown"),
        ("/units/0/recognition/validating_id", "unknown"),
        ("/units/0/recognition/recognising_id", "unknown"),
    ]
    assert refused(intermediary_id=HOST) == [("/intermediary_id", "not_another")]


def test_home_is_not_its_own_host():
    assert refused(host_id=TERMS.home_id) == [("/host_id", "not_another")]


def test_the_learner_is_as_old_on_the_first_day_as_the_policies_want():
    birthday = date(TERMS.starts_on.year - 16, TERMS.starts_on.month, TERMS.starts_on.day)
    check_old_enough(TERMS, birthday, 16)
    check_old_enough(TERMS, birthday + DAY, None)
    with pytest.raises(Validation) as problem:
        check_old_enough(TERMS, birthday + DAY, 16)
    assert errors(problem) == [("/starts_on", "too_young")]


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march():
    leap_day = date(2008, 2, 29)
    assert (age_on(date(2026, 2, 28), leap_day), age_on(date(2026, 3, 1), leap_day)) == (17, 18)


days = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@given(days, days, days, days)
def test_agreements_overlap_where_they_share_a_unit_and_a_day(a: date, b: date, c: date, d: date):
    first = replace(TERMS, starts_on=min(a, b), ends_on=max(a, b))
    second = replace(TERMS, starts_on=min(c, d), ends_on=max(c, d), units=(unit_abroad("U3"), unit_abroad("U1")))
    shared_days = {first.starts_on + DAY * n for n in range((first.ends_on - first.starts_on).days + 1)} & {
        second.starts_on + DAY * n for n in range((second.ends_on - second.starts_on).days + 1)
    }
    assert first.overlaps(second) == second.overlaps(first) == bool(shared_days)
    assert not first.overlaps(replace(second, units=(unit_abroad("U1"),)))
