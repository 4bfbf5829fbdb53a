from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.units import check_units
from shared.contracts.catalogue import Unit
from tests.support.builders.catalogue import ITALY_ICT

UNITS = ITALY_ICT.units
"""Without points, so that each may have a coefficient."""


def wrong(*units: Unit) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in check_units(units)]


def changed(**changes: Any) -> tuple[Unit, ...]:
    return (replace(UNITS[0], **changes), *UNITS[1:])


def before(*pairs: tuple[int, int]) -> tuple[Unit, ...]:
    """In each pair, the first unit is a prerequisite of the second."""
    return tuple(
        replace(unit, prerequisite_ids=tuple(UNITS[first].unit_id for first, second in pairs if second == at) or None)
        for at, unit in enumerate(UNITS)
    )


def test_units_may_build_on_each_other_in_any_order_that_has_a_beginning():
    assert wrong(*before((0, 1), (0, 2), (1, 2), (4, 0))) == []


def test_a_prerequisite_is_a_unit_of_the_same_qualification_named_once():
    stranger = uuid4()
    first = UNITS[0].unit_id
    assert wrong(*UNITS[:4], replace(UNITS[4], prerequisite_ids=(stranger, first, first))) == [
        ("/units/4/prerequisite_ids/0", "not_in_qualification"),
        ("/units/4/prerequisite_ids/2", "duplicate"),
    ]


def test_a_circle_of_prerequisites_is_shown():
    (circle,) = check_units(before((0, 1), (1, 2), (2, 0), (3, 4)))
    assert (circle["pointer"], circle["code"]) in {(f"/units/{at}/prerequisite_ids/0", "circle") for at in range(3)}
    path = circle["detail"].removesuffix(": nobody could begin.").split(" before ")
    assert path[0] == path[-1]
    assert set(path) == {"U1", "U2", "U3"}
    assert all((int(one[1]) % 3) + 1 == int(two[1]) for one, two in pairwise(path))


def test_nothing_is_a_prerequisite_of_itself():
    assert wrong(*before((3, 3))) == [("/units/3/prerequisite_ids/0", "circle")]


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_a_circle_is_found_exactly_where_no_order_exists(pairs: set[tuple[int, int]]):
    left, open_ = set(range(5)), set(pairs)
    while free := {at for at in left if not any(second == at for _, second in open_)}:
        left -= free
        open_ = {(first, second) for first, second in open_ if first in left}
    assert bool(wrong(*before(*pairs))) == bool(left)


def test_as_many_optional_outcomes_may_be_asked_for_as_there_are():
    outcomes = tuple(replace(outcome, required=at == 0) for at, outcome in enumerate(UNITS[0].outcomes))
    assert wrong(*changed(outcomes=outcomes, minimum_optional_outcomes=2)) == []
    too_many = [("/units/0/minimum_optional_outcomes", "more_than_there_are")]
    assert wrong(*changed(outcomes=outcomes, minimum_optional_outcomes=3)) == too_many
    assert wrong(*changed(minimum_optional_outcomes=1)) == too_many


def test_either_all_outcomes_of_a_unit_have_a_weight_or_none_has():
    first, second, third = UNITS[0].outcomes
    heavy = replace(first, weight=Decimal(2))
    assert wrong(*changed(outcomes=(heavy, second, third))) == [
        ("/units/0/outcomes/1/weight", "missing"),
        ("/units/0/outcomes/2/weight", "missing"),
    ]
    assert wrong(*changed(outcomes=tuple(replace(one, weight=Decimal(1)) for one in (first, second, third)))) == []


def test_a_unit_has_points_or_a_coefficient_or_neither():
    graded = tuple(replace(unit, coefficient=Decimal(3)) for unit in UNITS)
    assert wrong(*graded) == []
    assert wrong(replace(graded[0], points=Decimal(10)), *graded[1:]) == [
        ("/units/0/coefficient", "points_or_coefficient")
    ]


def test_either_all_compulsory_units_have_a_coefficient_or_none_has():
    optional = replace(UNITS[4], unit_id=UUID(int=1), code="U6", compulsory=False)
    units = (replace(UNITS[0], coefficient=Decimal(3)), replace(UNITS[1], coefficient=Decimal(2)), UNITS[2], optional)
    assert wrong(*units) == [("/units/2/coefficient", "missing")]
