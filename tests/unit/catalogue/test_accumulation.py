"""How units add up, as far as it can be done with them (domain.md 4.3, 4.4)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.catalogue.domain.accumulation import check_accumulation
from shared.contracts.catalogue import AccumulationRules, PartialPoints, SecondResult, Unit
from tests.support.builders.catalogue import ITALY_ICT, MALTA_ICT

TEN = Decimal(10)
GRADED = tuple(replace(unit, coefficient=Decimal(2)) for unit in ITALY_ICT.units)
OF_THE_MEAN = AccumulationRules(pass_mark=TEN, pass_mark_inclusive=False, bonus_mark=TEN)
PRO_RATA = AccumulationRules(partial_points=PartialPoints.PRO_RATA)


def wrong(rules: AccumulationRules | None, *units: Unit) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in check_accumulation(rules, units)]


def test_whoever_says_nothing_of_it_has_everything_as_usual():
    assert wrong(None, *MALTA_ICT.units) == wrong(None, *GRADED) == []


def test_marks_go_with_coefficients_and_a_share_of_points_with_points():
    optional = replace(GRADED[4], compulsory=False, coefficient=None, bonus=True)
    eliminating = replace(GRADED[0], eliminatory_mark=TEN)
    assert wrong(OF_THE_MEAN, eliminating, *GRADED[1:4], optional) == []
    assert wrong(PRO_RATA, *MALTA_ICT.units) == []
    assert wrong(AccumulationRules(second_result=SecondResult.BEST_GRADE), *ITALY_ICT.units) == []


def test_without_coefficients_there_is_no_mean_to_have_rules_for():
    assert wrong(OF_THE_MEAN, *MALTA_ICT.units) == [
        (f"/accumulation/{name}", "without_coefficients") for name in ("pass_mark", "pass_mark_inclusive", "bonus_mark")
    ]
    assert wrong(PRO_RATA, *GRADED) == [("/accumulation/partial_points", "without_points")]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (replace(GRADED[0], bonus=True), [("bonus", "compulsory")]),
        (replace(GRADED[0], compulsory=False, bonus=True, eliminatory_mark=TEN), [("eliminatory_mark", "bonus")]),
        (
            replace(GRADED[0], compulsory=False, coefficient=None, eliminatory_mark=TEN),
            [("eliminatory_mark", "without_coefficient")],
        ),
    ],
)
def test_a_bonus_is_optional_and_only_adds(unit: Unit, expected: list[tuple[str, str]]):
    assert wrong(None, unit, *GRADED[1:]) == [(f"/units/0/{member}", code) for member, code in expected]


def test_a_bonus_adds_to_a_mean():
    optional = replace(ITALY_ICT.units[0], compulsory=False, bonus=True)
    assert wrong(None, optional, *ITALY_ICT.units[1:]) == [("/units/0/bonus", "without_coefficients")]
