"""A learner's record: what counts, what did, what is in progress, documented or under review, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.means import Graded, MeanResult, WeightedMean, has_mean, marks_at_home, weigh
from shared.contracts.catalogue import PartialPoints, QualificationPublished, Unit
from shared.contracts.recognition import CreditRecognised

TENTH = Decimal("0.1")


class AddsUpBy(StrEnum):
    """What the units of a qualification add up by (domain.md 4.4, 4.5)."""

    POINTS = "points"
    MEAN = "mean"
    UNITS = "units"


@dataclass(frozen=True)
class Progress:
    """How far a learner has come towards a qualification."""

    qualification_id: UUID
    qualification_version: int
    required: tuple[UUID, ...]
    """The compulsory units."""
    counted: tuple[UUID, ...]
    missing: tuple[UUID, ...]
    points: Decimal | None
    """Of the units that count, as many as they have in this version; None where none has any (they are optional)."""
    complete: bool
    adds_up_by: AddsUpBy
    points_in_progress: Decimal | None
    """The share that units in progress have, where the qualification gives one; no part of `points`."""
    mean: WeightedMean | None
    """None where no unit has a coefficient."""
    completed_on: date | None
    """None as long as it is not complete."""


@dataclass(frozen=True, kw_only=True)
class CreditInProgress:
    """A unit of which some outcomes are held, and what it still needs (domain.md 4.3)."""

    credit_id: UUID
    decision_id: UUID
    """The last one that added to it."""
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    held_outcome_ids: tuple[UUID, ...]
    needed_outcome_ids: tuple[UUID, ...]
    needed_optional: int
    assessed_on: date
    decided_at: datetime
    points: Decimal | None = None
    """Its share by what is held; None unless the qualification gives one."""


@dataclass(frozen=True)
class Completion:
    """That a qualification was said to be complete, and still is."""

    qualification_id: UUID
    completed_on: date


@dataclass(frozen=True, kw_only=True)
class Held:
    """All that is stored on a learner."""

    learner_id: UUID
    credits: Sequence[CreditRecognised]
    """Those whose time is over among them."""
    in_progress: Sequence[CreditInProgress]
    documented: Sequence[Decision]
    reviews: Sequence[Decision]
    completions: Sequence[Completion]


@dataclass(frozen=True, kw_only=True)
class Record(Held):
    """`credits` are those that count today."""

    expired: Sequence[CreditRecognised]
    qualifications: Sequence[Progress]


def record(held: Held, qualifications: Sequence[QualificationPublished], today: date) -> Record:
    """What is held as it adds up today, in each of the qualifications."""
    counting = [credit for credit in held.credits if counts_on(today, credit.valid_until)]
    shared = replace(held, credits=counting, in_progress=_with_share(held.in_progress, qualifications))
    return Record(
        **vars(shared),
        expired=[credit for credit in held.credits if not counts_on(today, credit.valid_until)],
        qualifications=[progress(qualification, shared) for qualification in qualifications],
    )


def counts_on(day: date, valid_until: date | None) -> bool:
    """domain.md 4.8: up to its last day, whether or not somebody has noticed that it is over."""
    return valid_until is None or day <= valid_until


def required_units(qualification: QualificationPublished) -> tuple[UUID, ...]:
    return tuple(unit.unit_id for unit in qualification.units if unit.compulsory)


def is_complete(
    qualification: QualificationPublished, counted: Mapping[UUID, CreditRecognised | Graded | None]
) -> bool:
    """domain.md 3.5, 4.4: every compulsory unit counts and, where the marks have a mean, that is passed.

    `counted`: the units that count, with their grades.
    """
    required = set(required_units(qualification))
    if not required or not required <= counted.keys():
        return False
    mean = _mean(qualification, [one for one in counted.values() if one])
    return mean is None or mean.result is MeanResult.PASSED


def progress(qualification: QualificationPublished, held: Held) -> Progress:
    """`held`: for whichever qualification; all credits in it count."""
    this = qualification.qualification_id
    counted = [credit for credit in held.credits if credit.qualification_id == this]
    units = {credit.unit_id: credit for credit in counted}
    required = required_units(qualification)
    missing = tuple(unit_id for unit_id in required if unit_id not in units)
    complete = is_complete(qualification, units)
    completed = [one.completed_on for one in held.completions if one.qualification_id == this]
    return Progress(
        qualification_id=this,
        qualification_version=qualification.version,
        required=required,
        counted=tuple(sorted(units)),
        missing=missing,
        points=_sum(unit.points for unit in qualification.units if unit.unit_id in units),
        complete=complete,
        adds_up_by=adds_up_by(qualification),
        points_in_progress=_sum(one.points for one in held.in_progress if one.qualification_id == this),
        mean=_mean(qualification, counted),
        completed_on=max(completed, default=None) if complete else None,
    )


def _mean(qualification: QualificationPublished, counted: Iterable[CreditRecognised | Graded]) -> WeightedMean | None:
    return weigh(qualification, marks_at_home(counted)) if has_mean(qualification) else None


def adds_up_by(qualification: QualificationPublished) -> AddsUpBy:
    if has_mean(qualification):
        return AddsUpBy.MEAN
    has_points = any(unit.points is not None for unit in qualification.units)
    return AddsUpBy.POINTS if has_points else AddsUpBy.UNITS


def pro_rata(unit: Unit, held: Iterable[UUID]) -> Decimal | None:
    """Of the unit's points what its outcomes that are held weigh, in tenths, rounded down (domain.md 4.3, 4.5)."""
    if unit.points is None:
        return None
    weights = {one.outcome_id: Decimal(1) if one.weight is None else one.weight for one in unit.outcomes}
    share = sum((weights.get(outcome_id, Decimal()) for outcome_id in held), Decimal())
    return (unit.points * share / sum(weights.values())).quantize(TENTH, ROUND_DOWN)


def _with_share(
    in_progress: Iterable[CreditInProgress], qualifications: Iterable[QualificationPublished]
) -> list[CreditInProgress]:
    sharing = {one.qualification_id: one for one in qualifications if _shares_points(one)}
    units = {(id_, unit.unit_id): unit for id_, one in sharing.items() for unit in one.units}
    found = [(one, units.get((one.qualification_id, one.unit_id))) for one in in_progress]
    return [replace(one, points=pro_rata(unit, one.held_outcome_ids)) if unit else one for one, unit in found]


def _shares_points(qualification: QualificationPublished) -> bool:
    rules = qualification.accumulation
    return rules is not None and rules.partial_points is PartialPoints.PRO_RATA


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    given = [one for one in points if one is not None]
    return sum(given, Decimal()) if given else None
