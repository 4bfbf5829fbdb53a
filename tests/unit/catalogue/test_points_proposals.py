from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.catalogue.domain.points import Alphas
from services.catalogue.domain.points_proposals import ProposalRequest, Weighing, propose_points
from services.catalogue.domain.publication import publish
from services.catalogue.domain.qualifications import Qualification
from shared.problems import Validation
from tests.support.builders.catalogue import ITALY_ICT, MALTA_COUNCIL, MALTA_ICT
from tests.support.builders.catalogue_aggregates import awarded, institution, qualification

USUAL = ProposalRequest(points=None, years=None, step=Decimal(1), weights=None, alphas=Alphas())


def weighing(importance: int = 1, complexity: int = 1, effort: int | None = None) -> tuple[Weighing, ...]:
    return tuple(
        Weighing(unit_id=unit.unit_id, importance=importance, complexity=complexity, effort=effort)
        for unit in MALTA_ICT.units
    )


def proposed(of: Qualification, **request: Any) -> list[Decimal]:
    return [unit.points for unit in propose_points(of, replace(USUAL, **request)).units]


def refused(of: Qualification, **request: Any) -> list[tuple[str, str]]:
    with pytest.raises(Validation) as problem:
        proposed(of, **request)
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def test_what_is_proposed_can_be_published():
    draft = qualification(replace(MALTA_ICT, points=Decimal(117)))
    proposal = propose_points(draft, USUAL)
    units = tuple(replace(unit, points=its.points) for unit, its in zip(draft.units, proposal.units, strict=True))
    assert (
        publish(awarded(replace(draft, units=units)), institution(MALTA_COUNCIL), designers=[institution()])[0].points
        == 117
    )


def test_points_may_be_given_as_years():
    assert proposed(qualification(), years=Decimal(2)) == [30, 25, 30, 25, 10]
    assert proposed(qualification(), points=Decimal(60)) == [15, Decimal(13), 15, 12, 5]


def test_effort_is_the_notional_hours_unless_it_is_given():
    effort_alone = Alphas(importance=Decimal(0), complexity=Decimal(0), effort=Decimal(1))
    assert proposed(qualification(), weights=weighing(), alphas=effort_alone) == [30, 25, 30, 25, 10]
    assert proposed(qualification(), weights=weighing(effort=7), alphas=effort_alone) == [24] * 5


def test_optional_units_are_aside():
    *compulsory, last = qualification().units
    draft = replace(qualification(), units=(*compulsory, replace(last, compulsory=False)))
    assert sum(proposed(draft)) == 120
    assert len(proposed(draft)) == 4


def test_shares_are_said_besides():
    assert [unit.share for unit in propose_points(qualification(), USUAL).units][-1] == Decimal("0.0833")


def test_hours_to_go_by_have_to_be_there():
    without = qualification(replace(ITALY_ICT, points=Decimal(60)))
    assert refused(without) == [(f"/units/{at}/notional_hours", "missing") for at in range(5)]
    weights = tuple(replace(one, unit_id=unit.unit_id) for one, unit in zip(weighing(), without.units, strict=True))
    assert refused(without, weights=weights) == [(f"/units/{at}/notional_hours", "missing") for at in range(5)]


def test_points_to_share_have_to_be_there():
    assert refused(qualification(ITALY_ICT)) == [("/points", "missing")]
    assert refused(replace(qualification(), units=())) == [("/units", "missing")]
    assert refused(qualification(), points=Decimal("7.5")) == [("/step", "not_a_multiple")]
    assert refused(qualification(), points=Decimal(1), years=Decimal(1)) == [("/years", "points_or_years")]


def test_each_compulsory_unit_is_weighed_once():
    first, *others = weighing()
    stranger = replace(first, unit_id=uuid4())
    assert refused(qualification(), weights=(stranger, *others, others[0])) == [
        ("/weights/0/unit_id", "not_one_of_them"),
        ("/weights/5/unit_id", "not_one_of_them"),
        ("/weights", "missing"),
    ]


def test_the_alphas_are_one_together():
    assert refused(qualification(), weights=weighing(), alphas=Alphas(effort=Decimal("0.4"))) == [("/alphas", "sum")]
