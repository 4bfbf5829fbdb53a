"""A learner's record: what counts, what is in progress, documented or under review, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.recognition.domain.decisions import Decision
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import CreditRecognised


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
    """The sum over what counts; None where nothing has points (they are optional)."""
    complete: bool


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


@dataclass(frozen=True, kw_only=True)
class Record:
    learner_id: UUID
    credits: Sequence[CreditRecognised]
    in_progress: Sequence[CreditInProgress]
    documented: Sequence[Decision]
    reviews: Sequence[Decision]
    qualifications: Sequence[Progress]


def required_units(qualification: QualificationPublished) -> tuple[UUID, ...]:
    return tuple(unit.unit_id for unit in qualification.units if unit.compulsory)


def progress(qualification: QualificationPublished, credits_: Iterable[CreditRecognised]) -> Progress:
    """`credits_`: all that count for the learner, for whichever qualification."""
    points = {
        credit.unit_id: credit.points
        for credit in credits_
        if credit.qualification_id == qualification.qualification_id
    }
    required = required_units(qualification)
    missing = tuple(unit_id for unit_id in required if unit_id not in points)
    return Progress(
        qualification_id=qualification.qualification_id,
        qualification_version=qualification.version,
        required=required,
        counted=tuple(sorted(points)),
        missing=missing,
        points=_sum(points.values()),
        complete=bool(required) and not missing,
    )


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    given = [one for one in points if one is not None]
    return sum(given, Decimal()) if given else None
