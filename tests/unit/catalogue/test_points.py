"""The worked tables of domain.md 4.12, and what holds of all others."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.points import (
    Alphas,
    Shares,
    UnitWeight,
    apportion,
    points_of_years,
    shares_by_hours,
    shares_by_weight,
)

HOURS = (250, 375, 500, 375)
WEIGHTS = [
    UnitWeight(importance=importance, complexity=complexity, effort=effort)
    for importance, complexity, effort in zip((2, 3, 4, 3), (1, 3, 4, 2), HOURS, strict=True)
]
STEPS = (Decimal(1), Decimal("0.5"), Decimal("0.1"))

hours = st.lists(st.integers(1, 5_000), min_size=1, max_size=40)
weights = st.lists(
    st.builds(UnitWeight, importance=st.integers(1, 9), complexity=st.integers(1, 9), effort=st.integers(1, 5_000)),
    min_size=1,
    max_size=20,
)
totals = st.integers(0, 4_000).map(Decimal)


def test_a_year_of_full_time_training_is_sixty_points():
    assert [points_of_years(Decimal(years)) for years in ("1", "2", "0.5")] == [60, 120, 30]


def test_by_hours():
    assert [*apportion(Decimal(60), shares_by_hours(HOURS))] == [10, 15, 20, 15]


def test_by_weight():
    shares = shares_by_weight(WEIGHTS, Alphas())
    assert [float(share) for share in shares] == [0.15, 0.2625, 0.35, 0.2375]
    assert [float(60 * share) for share in shares] == [9, 15.75, 21, 14.25]
    assert [*apportion(Decimal(60), shares)] == [9, 16, 21, 14]


def test_the_qualification_of_the_demo_world_by_hours():
    assert [*apportion(Decimal(120), shares_by_hours((750, 625, 750, 625, 250)))] == [30, 25, 30, 25, 10]


def test_of_equal_remainders_the_earlier_unit_s_comes_first():
    assert [*apportion(Decimal(10), shares_by_hours((1, 1, 1, 1)))] == [3, 3, 2, 2]


def test_units_may_get_parts_of_points():
    assert [*apportion(Decimal("7.5"), shares_by_hours((1, 1)), Decimal("0.1"))] == [Decimal("3.8"), Decimal("3.7")]
    assert [*apportion(Decimal("7.5"), shares_by_hours((1, 2)), Decimal("0.5"))] == [Decimal("2.5"), 5]


def test_points_that_the_step_does_not_divide_cannot_be_shared():
    with pytest.raises(ValueError, match="no multiple"):
        apportion(Decimal("7.5"), shares_by_hours((1, 1)))


@given(totals, hours, st.sampled_from(STEPS))
def test_units_always_sum_to_the_qualification(total: Decimal, each: list[int], step: Decimal):
    assert sum(apportion(total, shares_by_hours(each), step)) == total


@given(totals, hours, st.sampled_from(STEPS))
def test_no_unit_is_more_than_a_step_from_its_exact_share(total: Decimal, each: list[int], step: Decimal):
    shares = shares_by_hours(each)
    for allotted, share in zip(apportion(total, shares, step), shares, strict=True):
        assert allotted % step == 0
        assert abs(Fraction(allotted) - Fraction(total) * share) < Fraction(step)


@given(totals, hours)
def test_who_takes_more_hours_never_gets_less(total: Decimal, each: list[int]):
    allotted = apportion(total, shares_by_hours(each))
    ranked = [points for _, points in sorted(zip(each, allotted, strict=True))]
    assert ranked == sorted(ranked)


@given(totals, weights)
def test_shares_by_weight_are_shares_of_one(total: Decimal, each: list[UnitWeight]):
    shares = shares_by_weight(each, Alphas())
    assert sum(shares) == 1
    assert sum(apportion(total, shares)) == total


@given(weights)
def test_with_effort_alone_weights_are_hours(each: list[UnitWeight]):
    effort_alone = Alphas(importance=Decimal(0), complexity=Decimal(0), effort=Decimal(1))
    by_hours: Shares = shares_by_hours([one.effort for one in each])
    assert shares_by_weight(each, effort_alone) == by_hours
