"""What a report may say, and whose authority it rests on."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain import assessing
from services.assessment.domain.assessments import Assessment
from services.assessment.domain.learning_agreements import HostOutcome
from services.assessment.domain.reports import Assessor, strongest
from shared.contracts.assessment import AssessorRole, Authority, UnitShare
from shared.problems import Validation
from tests.support.hosting import AGREEMENT, AT, REPORT, SKILL, UNIT, actor, agreement, planned, results

DELEGATE, CHAMBER, OTHER_UNIT = UUID(int=51), UUID(int=52), UUID(int=99)
ELSEWHERE = HostOutcome(OTHER_UNIT, UUID(int=991))


def assessor(organisation_id: UUID | None, authority: Authority) -> Assessor:
    return Assessor(role=AssessorRole.ASSESSOR, organisation_id=organisation_id, authority=authority)


def codes(**changes: Any) -> list[str]:
    """What is wrong with a report that has these changes."""
    given_to_delegate = replace(planned(SKILL), assessing_id=DELEGATE)
    try:
        assessing.record(given_to_delegate, AGREEMENT, replace(REPORT, **changes), results([SKILL]), actor(), AT)
    except Validation as problem:
        return [error["code"] for error in problem.members["errors"]]
    return []


@pytest.mark.parametrize(
    ("organisation_id", "has"),
    [
        (AGREEMENT.host_id, Authority.HOST_STAFF),
        (DELEGATE, Authority.DELEGATED),
        (CHAMBER, Authority.NONE),
        (AGREEMENT.home_id, Authority.NONE),
        (None, Authority.NONE),
    ],
)
@pytest.mark.parametrize("claimed", Authority)
def test_nobody_claims_more_authority_than_the_organisation_has(
    organisation_id: UUID | None, has: Authority, claimed: Authority
):
    fits = claimed in {has, Authority.NONE}
    assert codes(assessors=(assessor(organisation_id, claimed),)) == ([] if fits else ["not_entitled"])


@pytest.mark.parametrize(
    ("assesses", "institution", "has"),
    [
        (None, AGREEMENT.host_id, Authority.HOST_STAFF),
        ({AGREEMENT.host_id, CHAMBER}, AGREEMENT.host_id, Authority.HOST_STAFF),
        ({AGREEMENT.host_id, CHAMBER}, CHAMBER, Authority.DELEGATED),
        ({CHAMBER}, AGREEMENT.host_id, Authority.NONE),
        ({CHAMBER}, DELEGATE, Authority.DELEGATED),
        (None, CHAMBER, Authority.NONE),
        ({CHAMBER}, None, Authority.NONE),
    ],
)
def test_the_memorandum_says_who_assesses_else_it_is_the_host(
    assesses: set[UUID] | None, institution: UUID | None, has: Authority
):
    under = agreement(assesses=None if assesses is None else frozenset(assesses))
    assert under.authority_of(institution, DELEGATE) is has


@given(st.lists(st.sampled_from(Authority), min_size=1))
def test_one_who_is_entitled_is_enough(authorities: list[Authority]):
    found = strongest([assessor(None, authority) for authority in authorities])
    order = [Authority.HOST_STAFF, Authority.DELEGATED, Authority.NONE]
    assert found is next(authority for authority in order if authority in authorities)


def test_who_records_has_the_authority_where_nobody_is_named():
    given_away = replace(planned(SKILL), assessing_id=DELEGATE)
    by_delegate = assessing.Actor("somebody", DELEGATE)
    recorded = assessing.record(given_away, AGREEMENT, REPORT, results([SKILL]), by_delegate, AT)
    assert recorded.authority is Authority.DELEGATED
    assert assessing.record(planned(SKILL), AGREEMENT, REPORT, results([SKILL]), actor(), AT).authority == "host_staff"


SHARE = st.decimals("0.0001", "1", places=4)


@given(SHARE, SHARE)
def test_the_shares_of_one_assessment_are_1_at_the_most(one: Decimal, other: Decimal):
    touching = agreement(outcomes=AGREEMENT.outcomes | {ELSEWHERE})
    shares = (UnitShare(unit_id=UNIT, share=one), UnitShare(unit_id=OTHER_UNIT, share=other))
    report = replace(REPORT, units=shares)
    try:
        assessing.record(planned_of_two(), touching, report, results([SKILL, ELSEWHERE]), actor(), AT)
    except Validation:
        assert one + other > 1
    else:
        assert one + other <= 1


def planned_of_two() -> Assessment:
    one = planned(SKILL)
    return replace(one, results=(*one.results, replace(one.results[0], unit_id=OTHER_UNIT, outcome_id=UUID(int=991))))


@pytest.mark.parametrize("units", [(), (uuid4(),), (UNIT, UNIT), (UNIT, OTHER_UNIT)])
def test_each_unit_touched_is_named_once_and_no_other(units: tuple[UUID, ...]):
    shares = tuple(UnitShare(unit_id=unit_id, share=Decimal("0.1")) for unit_id in units)
    assert codes(units=shares) == ["not_touched"]


def test_an_assessment_of_several_days_lies_in_the_stay():
    assert codes(began_on=date(2026, 9, 1)) == []
    assert codes(began_on=date(2026, 8, 31)) == codes(began_on=REPORT.assessed_on + timedelta(days=1))
    assert codes(began_on=date(2026, 8, 31)) == ["outside_mobility"]


def test_everything_that_is_wrong_is_said_at_once():
    shares = (UnitShare(unit_id=uuid4(), share=Decimal(1)), UnitShare(unit_id=UNIT, share=Decimal(1)))
    wrong: dict[str, Any] = {"units": shares, "assessors": (assessor(CHAMBER, Authority.DELEGATED),)}
    assert codes(**wrong) == ["not_entitled", "not_touched", "above_1"]
