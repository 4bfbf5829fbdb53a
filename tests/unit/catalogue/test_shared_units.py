from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.catalogue.domain.publication import publish
from services.catalogue.domain.qualifications import draft
from shared.problems import Validation
from tests.support.builders.catalogue import ITALY_ICT, MALTA_COUNCIL, MALTA_ICT
from tests.support.builders.catalogue_aggregates import (
    as_new,
    awarded,
    description_of,
    entry_of,
    institution,
    numbered,
    qualification,
)

COMMON = ITALY_ICT.units[0]
DESCRIPTION = description_of(qualification())


def pointers(refused: pytest.ExceptionInfo[Validation]) -> list[str]:
    return [error["pointer"] for error in refused.value.members["errors"]]


def drafted(**changes: Any):
    """A qualification with a unit that another one has published, otherwise in some ways."""
    entries = [replace(entry_of(COMMON), **changes), as_new(entry_of(MALTA_ICT.units[1]))]
    return draft(DESCRIPTION, entries, owner=institution(), ids=numbered(), elsewhere=[COMMON])


def test_a_unit_common_to_two_qualifications_keeps_its_ids_and_weighs_what_each_of_them_says():
    own: dict[str, Any] = {"code": "M7", "points": Decimal("15.0"), "compulsory": False}
    common, _ = drafted(**own).units
    assert common == replace(COMMON, **own)


def test_its_outcomes_need_not_be_repeated():
    assert drafted(outcomes=()).units[0].outcomes == COMMON.outcomes


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("/units/0/title", {"title": {"en": "Something else"}}),
        ("/units/0/notional_hours", {"notional_hours": 1}),
        ("/units/0/outcomes", {"outcomes": entry_of(COMMON).outcomes[:1]}),
    ],
)
def test_what_it_is_can_only_be_repeated(pointer: str, changes: dict[str, Any]):
    with pytest.raises(Validation) as refused:
        drafted(**changes)
    assert pointers(refused) == [pointer]


def test_nor_is_it_published_otherwise_than_where_it_comes_from():
    first, *others = MALTA_ICT.units
    assert publish(
        awarded(qualification()),
        institution(MALTA_COUNCIL),
        designers=[institution()],
        elsewhere=[replace(first, points=Decimal(1))],
    )
    with pytest.raises(Validation) as refused:
        publish(
            awarded(qualification()),
            institution(MALTA_COUNCIL),
            designers=[institution()],
            elsewhere=[replace(first, eqf_level=3), *others],
        )
    assert pointers(refused) == ["/units/0/eqf_level"]
