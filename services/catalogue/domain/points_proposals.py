"""Points offered to the authors of a qualification, by hours or by weight; it is they who decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from services.catalogue.domain.points import (
    Alphas,
    Shares,
    UnitWeight,
    apportion,
    points_of_years,
    shares_by_hours,
    shares_by_weight,
)
from services.catalogue.domain.qualifications import Qualification
from shared.contracts.catalogue import Unit
from shared.problems import Error, error, invalid, refuse


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """How an author weighs a unit; the effort is its notional hours unless another one is given."""

    unit_id: UUID
    importance: int
    complexity: int
    effort: int | None


@dataclass(frozen=True, kw_only=True)
class ProposalRequest:
    points: Decimal | None
    years: Decimal | None
    """Full time; None: the points are given, or are the qualification's own."""
    step: Decimal
    weights: tuple[Weighing, ...] | None
    """None: by hours alone."""
    alphas: Alphas


@dataclass(frozen=True, kw_only=True)
class UnitPoints:
    unit_id: UUID
    code: str
    share: Decimal
    points: Decimal


@dataclass(frozen=True, kw_only=True)
class PointsProposal:
    points: Decimal
    units: tuple[UnitPoints, ...]
    """The compulsory ones: what is optional is aside of the sum."""


def propose_points(qualification: Qualification, request: ProposalRequest) -> PointsProposal:
    places = {at: unit for at, unit in enumerate(qualification.units) if unit.compulsory}
    if not places:
        raise invalid("/units", "missing", "The qualification has no compulsory unit yet.")
    points = _points(qualification, request)
    shares = _by_hours(places) if request.weights is None else _by_weight(places, request.weights, request.alphas)
    try:
        allotted = apportion(points, shares, request.step)
    except ValueError as wrong:
        raise invalid("/step", "not_a_multiple", f"The points cannot be shared so: {wrong}.") from wrong
    units = zip(places.values(), shares, allotted, strict=True)
    return PointsProposal(
        points=points,
        units=tuple(
            UnitPoints(unit_id=unit.unit_id, code=unit.code, share=_rounded(share), points=_tenths(its))
            for unit, share, its in units
        ),
    )


def _points(qualification: Qualification, request: ProposalRequest) -> Decimal:
    if request.points is not None and request.years is not None:
        raise invalid("/years", "points_or_years", "Say how many points, or of how many years, not both.")
    given = points_of_years(request.years) if request.years is not None else request.points
    points = qualification.points if given is None else given
    if points is None:
        raise invalid("/points", "missing", "The qualification has no points: say how many, or of how many years.")
    return _tenths(points)


def _by_hours(places: Mapping[int, Unit]) -> Shares:
    refuse(_without_hours(places))
    return shares_by_hours([unit.notional_hours or 0 for unit in places.values()])


def _by_weight(places: Mapping[int, Unit], weights: Sequence[Weighing], alphas: Alphas) -> Shares:
    given = {weight.unit_id: weight for weight in weights}
    refuse(_check_weights(places, weights, alphas))
    refuse(_without_hours({at: unit for at, unit in places.items() if given[unit.unit_id].effort is None}))
    ordered = [(unit, given[unit.unit_id]) for unit in places.values()]
    return shares_by_weight(
        [
            UnitWeight(
                importance=weight.importance,
                complexity=weight.complexity,
                effort=weight.effort or unit.notional_hours or 0,
            )
            for unit, weight in ordered
        ],
        alphas,
    )


def _check_weights(places: Mapping[int, Unit], weights: Sequence[Weighing], alphas: Alphas) -> Iterator[Error]:
    if sum(vars(alphas).values()) != 1:
        yield error("/alphas", "sum", "The three of them are 1 together.")
    compulsory = {unit.unit_id: unit.code for unit in places.values()}
    seen: set[UUID] = set()
    for at, weight in enumerate(weights):
        if weight.unit_id not in compulsory or weight.unit_id in seen:
            yield error(f"/weights/{at}/unit_id", "not_one_of_them", "Each compulsory unit is weighed once.")
        seen.add(weight.unit_id)
    if missing := [code for unit_id, code in compulsory.items() if unit_id not in seen]:
        yield error("/weights", "missing", f"Nothing weighs {', '.join(missing)}.")


def _without_hours(places: Mapping[int, Unit]) -> Iterator[Error]:
    for at, unit in places.items():
        if not unit.notional_hours:
            yield error(f"/units/{at}/notional_hours", "missing", f"{unit.code} has no notional hours to go by.")


def _tenths(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"))


def _rounded(share: Fraction) -> Decimal:
    return (Decimal(share.numerator) / share.denominator).quantize(Decimal("0.0001"))
