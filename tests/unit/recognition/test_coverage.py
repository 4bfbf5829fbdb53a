"""An outcome that was assessed more than once, and the marks of several assessments (domain.md 4.2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.coverage import Assessed, is_achieved
from services.recognition.domain.decisions import judge
from services.recognition.domain.grading import host_grade
from shared.contracts.assessment import AssessmentValue, Authority, Procedure, Result, UnitShare
from shared.contracts.catalogue import Coverage, CoveragePolicy
from shared.contracts.recognition import ReasonCode
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.stories import Story, story

TOLD = story()
DAY = timedelta(days=1)
YES, NO, PARTLY = Result.ACHIEVED, Result.NOT_ACHIEVED, Result.PARTIALLY
HALF = Coverage(policy=CoveragePolicy.WEIGHTED, threshold=Decimal("0.5"))


def results(*given_: tuple[Result, str]) -> list[Assessed]:
    """One a day, with their weights."""
    return [
        Assessed(date(2026, 3, 1) + place * DAY, 1, result, Decimal(weight))
        for place, (result, weight) in enumerate(given_)
    ]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (results((YES, "1")), (True, True, True, True)),
        (results((NO, "1")), (False, False, False, False)),
        (results((PARTLY, "1")), (False, False, False, False)),
        (results((NO, "1"), (YES, "1")), (True, False, True, True)),
        (results((YES, "1"), (NO, "1")), (True, False, True, False)),
        (results((YES, "1"), (NO, "2")), (True, False, False, False)),
        (results((YES, "1"), (PARTLY, "3"), (YES, "2")), (True, False, True, True)),
        (results(), (False, False, False, False)),
    ],
)
def test_each_policy_takes_the_results_together_in_its_way(taken: list[Assessed], expected: tuple[bool, ...]):
    any_, all_, half, latest = expected
    assert is_achieved(taken, HALF) == half
    for policy in (CoveragePolicy.ANY, CoveragePolicy.BEST):
        assert is_achieved(taken, Coverage(policy=policy)) == any_
    for policy in (CoveragePolicy.ALL, CoveragePolicy.WEIGHTED):
        assert is_achieved(taken, Coverage(policy=policy)) == all_
    assert is_achieved(taken, Coverage(policy=CoveragePolicy.LATEST)) == latest


POLICIES = st.sampled_from([*(Coverage(policy=policy) for policy in CoveragePolicy), HALF])
TAKEN = st.lists(
    st.builds(
        Assessed,
        st.dates(date(2026, 3, 1), date(2026, 3, 5)),
        st.integers(1, 3),
        st.sampled_from([YES, NO, PARTLY]),
        st.integers(1, 9).map(Decimal),
    ),
    max_size=6,
)


@given(TAKEN, POLICIES, st.randoms(use_true_random=False))
def test_no_policy_depends_on_the_order_in_which_results_are_listed(
    taken: list[Assessed], coverage: Coverage, random: Any
):
    assert is_achieved(taken, coverage) == is_achieved(random.sample(taken, len(taken)), coverage)


@given(TAKEN, POLICIES)
def test_nothing_is_achieved_that_was_never_achieved_and_nothing_fails_that_never_failed(
    taken: list[Assessed], coverage: Coverage
):
    if not any(one.achieved for one in taken):
        assert not is_achieved(taken, coverage)
    elif all(one.achieved for one in taken):
        assert is_achieved(taken, coverage)


def with_coverage(coverage: Coverage | None) -> Story:
    units = tuple(replace(unit, coverage=coverage) for unit in TOLD.home.units)
    return replace(TOLD, home=replace(TOLD.home, units=units))


def attempts(*achieved: Result, **changes: Any) -> list[AssessmentValue]:
    """Each of everything, one a day until the last day abroad."""
    first = TOLD.agreement.ends_on - (len(achieved) - 1) * DAY
    return [
        assessment_value(
            TOLD.agreement,
            results=outcome_results(TOLD.agreement, result),
            assessed_on=first + place * DAY,
            attempt=place + 1,
            **changes,
        )
        for place, result in enumerate(achieved)
    ]


@pytest.mark.parametrize(
    ("policy", "taken", "reasons"),
    [
        (None, (YES, NO), ()),
        (CoveragePolicy.BEST, (YES, NO), ()),
        (CoveragePolicy.LATEST, (YES, NO), (ReasonCode.LO_MISSING,)),
        (CoveragePolicy.LATEST, (NO, YES), ()),
        (CoveragePolicy.ALL, (NO, YES), (ReasonCode.LO_MISSING,)),
        (CoveragePolicy.ALL, (YES, YES), ()),
    ],
)
def test_the_home_unit_says_which_policy_holds(
    policy: CoveragePolicy | None, taken: Sequence[Result], reasons: tuple[ReasonCode, ...]
):
    told = with_coverage(Coverage(policy=policy) if policy else None)
    [facts] = told.units(transcript_issued(TOLD.agreement, *attempts(*taken)))
    assert judge(facts).reasons == reasons


def test_every_assessment_that_counts_by_the_policy_has_to_be_in_order_and_no_other():
    first, second = attempts(NO, YES)
    values = replace(first, procedure=Procedure.DEVIATED, authority=Authority.NONE), second
    for coverage, reasons in [
        (Coverage(policy=CoveragePolicy.ANY), ()),
        (Coverage(policy=CoveragePolicy.LATEST), ()),
        (HALF, (ReasonCode.ASSESSOR_NOT_AUTHORISED, ReasonCode.PROCEDURE_DEVIATION)),
    ]:
        [facts] = with_coverage(coverage).units(transcript_issued(TOLD.agreement, *values))
        assert judge(facts).reasons == reasons


def test_the_grade_is_that_of_the_assessments_that_the_policy_still_counts():
    failed, passed = (replace(one, grade_scale="FR-20") for one in attempts(NO, YES))
    issued = transcript_issued(TOLD.agreement, replace(failed, grade="8"), replace(passed, grade="14"))
    [facts] = with_coverage(Coverage(policy=CoveragePolicy.LATEST)).units(issued)
    given_ = host_grade(facts)
    assert given_
    assert given_.text == "14"


def test_the_latest_assessment_of_one_outcome_leaves_an_earlier_one_of_another_in_force():
    first, second = attempts(YES, YES)
    only_one = replace(second, results=second.results[:1])
    [facts] = with_coverage(Coverage(policy=CoveragePolicy.LATEST)).units(
        transcript_issued(TOLD.agreement, first, only_one)
    )
    assert facts.assessments == (first, only_one)


def mean_of(*marks: tuple[str, str | None]) -> str | None:
    """Of assessments with these marks and shares in the unit."""
    unit_id = TOLD.agreement.units[0].host_unit_id
    values = [
        assessment_value(
            TOLD.agreement,
            grade=mark,
            grade_scale="FR-20",
            units=(UnitShare(unit_id=unit_id, share=Decimal(share)),) if share else None,
        )
        for mark, share in marks
    ]
    [facts] = TOLD.units(transcript_issued(TOLD.agreement, *values))
    given_ = host_grade(facts)
    return given_.text if given_ else None


def test_the_grade_of_a_unit_is_the_mean_of_its_marks_by_their_shares():
    assert mean_of(("14", "0.25"), ("10", "0.75")) == "11"
    assert mean_of(("14", "0.5"), ("13", "0.25"), ("12", "0.25")) == "13.25"


def test_marks_are_not_made_into_one_where_the_host_did_not_divide_them_or_they_are_no_numbers():
    assert mean_of(("14", None), ("12", "0.5")) is None
    assert mean_of(("A", "0.5"), ("B", "0.5")) is None
    assert mean_of(("14", None), ("14", None)) == "14"
