"""Σ(mark·coefficient) / Σcoefficient (domain.md 4.4)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.means import Marks, MeanResult, WeightedMean, has_mean, marks_at_home, weigh
from shared.contracts.catalogue import AccumulationRules
from shared.contracts.recognition import ConversionMethod, CreditRecognised, GradeConversion
from tests.support.builders.agreements import learning_agreement_agreed
from tests.support.builders.bac_pro import BAC_PRO, MARKS
from tests.support.builders.catalogue import MALTA_ICT
from tests.support.builders.recognition import credit_recognised

IDS = {unit.code: unit.unit_id for unit in BAC_PRO.units}


def mean_of(marks: Mapping[str, str], units: Mapping[str, Any] | None = None, **rules: Any) -> WeightedMean:
    """Of marks by the codes of units; `units`: what is changed in some of them."""
    changed = tuple(replace(unit, **(units or {}).get(unit.code, {})) for unit in BAC_PRO.units)
    qualification = replace(BAC_PRO, units=changed, accumulation=AccumulationRules(**rules) if rules else None)
    return weigh(qualification, Marks("FR-20", {IDS[code]: Decimal(mark) for code, mark in marks.items()}))


def test_the_worked_example_comes_out_as_its_page_says():
    mean = mean_of(MARKS)
    assert [unit.adds for unit in mean.units] == [36, 18, 56, 24, 11]
    sums = mean.sum_of_marks, mean.sum_of_coefficients, mean.mean
    assert sums == (Decimal(145), Decimal(13), Decimal("11.15"))
    assert mean.result is MeanResult.PASSED, "9 and 8 are made up for by the others"


def test_a_missing_mark_is_never_zero():
    mean = mean_of({code: mark for code, mark in MARKS.items() if code != "E3"})
    assert (mean.result, mean.mean, mean.missing_unit_ids) == (MeanResult.INCOMPLETE, None, (IDS["E3"],))
    assert (mean.sum_of_marks, mean.sum_of_coefficients) == (Decimal(89), Decimal(9)), (
        "what there is can be seen all the same"
    )


@pytest.mark.parametrize(
    ("mark", "rules", "result"),
    [
        ("10", {}, MeanResult.PASSED),
        ("10", {"pass_mark_inclusive": True}, MeanResult.PASSED),
        ("10", {"pass_mark_inclusive": False}, MeanResult.FAILED),
        ("10.01", {"pass_mark_inclusive": False}, MeanResult.PASSED),
        ("9.99", {}, MeanResult.FAILED),
    ],
)
def test_the_pass_mark_itself_is_enough_unless_the_qualification_says_otherwise(
    mark: str, rules: dict[str, Any], result: MeanResult
):
    assert mean_of(dict.fromkeys(MARKS, mark), **rules).result is result


def test_a_mean_just_below_the_pass_mark_neither_passes_nor_looks_as_if():
    mean = mean_of(dict.fromkeys(MARKS, "10") | {"E5": "9.99"})
    assert (mean.mean, mean.result) == (Decimal("9.99"), MeanResult.FAILED)


def test_the_pass_mark_is_the_qualification_s_own():
    assert mean_of(MARKS, pass_mark=Decimal(12)).result is MeanResult.FAILED
    assert mean_of(MARKS, pass_mark=Decimal("11.15")).result is MeanResult.PASSED


def test_nothing_makes_up_for_a_mark_that_eliminates():
    at, below = ({"E4": {"eliminatory_mark": Decimal(mark)}} for mark in ("8", "8.01"))
    assert mean_of(MARKS, at).result is MeanResult.PASSED
    eliminated = mean_of(MARKS, below)
    assert (eliminated.result, eliminated.mean) == (MeanResult.FAILED, Decimal("11.15"))
    assert [unit.unit_id for unit in eliminated.units if unit.eliminates] == [IDS["E4"]]


@pytest.mark.parametrize(
    ("mark", "rules", "adds", "mean"),
    [
        ("16", {}, "6", "11.61"),  # (145 + 6) / 13
        ("10", {}, "0", "11.15"),
        ("3", {}, "0", "11.15"),
        ("16", {"bonus_mark": Decimal(12)}, "4", "11.46"),
        ("16", {"pass_mark": Decimal(11)}, "5", "11.53"),
    ],
)
def test_only_what_a_bonus_unit_has_above_the_bonus_mark_adds(mark: str, rules: dict[str, Any], adds: str, mean: str):
    found = mean_of(MARKS | {"MOB": mark}, **rules)
    assert (found.units[-1].is_bonus, found.units[-1].adds) == (True, Decimal(adds))
    assert (found.mean, found.sum_of_coefficients) == (Decimal(mean), Decimal(13))


def test_the_coefficient_of_a_bonus_weighs_what_it_adds():
    found = mean_of(MARKS | {"MOB": "16"}, {"MOB": {"coefficient": Decimal(2)}})
    assert (found.units[-1].adds, found.sum_of_coefficients) == (Decimal(12), Decimal(13))


def test_an_optional_unit_that_is_no_bonus_counts_like_any_other_once_it_has_a_mark():
    optional = {"MOB": {"coefficient": Decimal(2), "bonus": None}}
    assert mean_of(MARKS, optional).mean == Decimal("11.15")
    assert mean_of(MARKS | {"MOB": "4"}, optional).mean == Decimal("10.20")  # 153 / 15


@given(st.lists(st.decimals(0, 20, places=2), min_size=5, max_size=5), st.decimals(0, 20, places=2))
def test_a_bonus_never_takes_anything(marks: list[Decimal], bonus: Decimal):
    by_code = dict(zip(MARKS, map(str, marks), strict=True))
    without, with_bonus = mean_of(by_code).mean, mean_of(by_code | {"MOB": str(bonus)}).mean
    assert without is not None
    assert with_bonus is not None
    assert without <= with_bonus
    exact = sum(Fraction(mark) * weight for mark, weight in zip(marks, (3, 2, 4, 3, 1), strict=True)) / 13
    assert 0 <= exact - Fraction(without) < Fraction(1, 100)


def test_without_coefficients_there_is_no_mean():
    assert has_mean(BAC_PRO)
    assert not has_mean(MALTA_ICT)


def credit(code: str, grade: str | None, **changes: Any) -> CreditRecognised:
    """From abroad, with a grade on the scale there that home uses, too."""
    usual: dict[str, Any] = {"unit_id": IDS[code], "grade": grade, "grade_scale": grade and "FR-20"}
    return credit_recognised(learning_agreement_agreed(), **usual | changes)


def converted(grade: str, scale: str, method: ConversionMethod = ConversionMethod.TABLE) -> GradeConversion:
    return GradeConversion(method=method, grade=grade, grade_scale=scale)


PASSED_ONLY = GradeConversion(method=ConversionMethod.PASS_FAIL_ONLY)


def test_what_a_grade_is_at_home_is_the_mark():
    marks = marks_at_home([credit("E1", "17", grade_scale="IT-30", conversion=converted("12,5", "FR-20"))])
    assert (marks.grade_scale, marks.of_units) == ("FR-20", {IDS["E1"]: Decimal("12.5")})


def test_a_host_s_grade_on_the_home_scale_is_a_mark_even_if_it_was_only_said_to_pass():
    known = credit("E1", "14", conversion=converted("14", "FR-20", ConversionMethod.SAME_SCALE))
    marks = marks_at_home([known, credit("E2", "9", conversion=PASSED_ONLY)])
    assert marks.of_units == {IDS["E1"]: 14, IDS["E2"]: 9}


def test_a_grade_from_abroad_is_no_mark_where_the_country_counts_none_but_home_s_own_is():
    own = credit("E1", "14")
    own = replace(own, host_id=own.home_id)
    assert marks_at_home([own, credit("E2", "9")]).of_units == {IDS["E1"]: 14}


@pytest.mark.parametrize("grade", ["A", "passed", None])
def test_what_is_no_number_is_no_mark(grade: str | None):
    conversion = converted(grade, "MT-A-F") if grade else PASSED_ONLY
    assert marks_at_home([credit("E1", "80", grade_scale="MT-100", conversion=conversion)]).of_units == {}


def test_marks_on_a_scale_that_home_has_given_up_are_not_mixed_with_the_others():
    old = credit("E1", "80", conversion=converted("80", "FR-100"))
    new = credit("E2", "14", conversion=converted("14", "FR-20"))
    marks = marks_at_home([new, old])
    assert (marks.grade_scale, marks.of_units) == ("FR-20", {IDS["E2"]: Decimal(14)})
