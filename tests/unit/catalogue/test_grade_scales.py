from decimal import Decimal
from uuid import uuid4

import pytest

from services.catalogue.domain.grade_scales import GradeScale, ScaleDescription, define
from shared.contracts.catalogue import Grade
from shared.problems import Validation


def grade(label: str, lowest: str | None = None, highest: str | None = None, *, passing: bool = True) -> Grade:
    marks = [None if mark is None else Decimal(mark) for mark in (lowest, highest)]
    return Grade(label=label, passing=passing, lowest=marks[0], highest=marks[1])


def a_scale(*grades: Grade) -> GradeScale:
    description = ScaleDescription(
        institution_id=None, country="FR", code="FR-20", title={"en": "Marks of 20"}, grades=grades
    )
    return define(description, uuid4())


@pytest.mark.parametrize(
    "grades",
    [
        [grade("passed"), grade("failed", passing=False)],
        [grade("passed")],
        [grade("high", "16", "20"), grade("low", "10", "15.99"), grade("none", "0", "9.99", passing=False)],
        [grade("1", "1", "1"), grade("2", "2", "2"), grade("6", "5", "6", passing=False)],
    ],
    ids=["without marks", "one grade", "higher is better", "lower is better"],
)
def test_a_scale_has_its_grades_best_first(grades: list[Grade]):
    assert a_scale(*grades).grades == tuple(grades)


@pytest.mark.parametrize(
    ("pointer", "code", "grades"),
    [
        ("/grades/1/label", "duplicate", [grade("A"), grade("A")]),
        ("/grades", "nobody_passes", [grade("F", passing=False)]),
        ("/grades/1/passing", "best_first", [grade("F", passing=False), grade("A")]),
        ("/grades", "marks_missing", [grade("A", "10", "20"), grade("B")]),
        ("/grades", "marks_missing", [grade("A", "10", None)]),
        ("/grades/0/highest", "below_lowest", [grade("A", "20", "10")]),
        ("/grades", "marks_order", [grade("A", "10", "20"), grade("B", "5", "10")]),
        ("/grades", "marks_order", [grade("A", "16", "20"), grade("B", "5", "9"), grade("C", "10", "15")]),
    ],
)
def test_what_is_wrong_with_a_scale_is_pointed_at(pointer: str, code: str, grades: list[Grade]):
    with pytest.raises(Validation) as refused:
        a_scale(*grades)
    assert (pointer, code) in {(one["pointer"], one["code"]) for one in refused.value.members["errors"]}
