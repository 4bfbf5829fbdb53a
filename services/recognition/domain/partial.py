"""Units in progress: outcomes are held until the unit is complete, and only then it counts (domain.md 4.3)."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.catalogue import Unit


@dataclass(frozen=True)
class UnitInProgress:
    """What earlier transcripts, of whatever hosts, have earned of a unit; never all that it takes."""

    credit_id: UUID
    version: int
    outcome_ids: frozenset[UUID]
    assessed_on: date | None = None
    """The last day on which something of it was assessed, where somebody asks."""
    valid_until: date | None = None
    """The last day on which all of it is held; None without end."""

    def is_over(self, today: date) -> bool:
        """A part of it, or all."""
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True, kw_only=True)
class Part:
    """What the results of one transcript are as a part of a unit."""

    assessed_on: date
    """The last day of the assessments that it was given by."""
    valid_until: date | None
    """The last day on which it is held; None without end (domain.md 4.3, 4.8)."""
    grade: str | None
    """At home; None if nobody can say what it is there."""
    grade_scale: str | None
    grade_failed: bool
    """For certain, as the host gave it."""

    def is_over(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today


Parts = Mapping[UUID, Part]
"""By transcript, as far as anything is known: of what was given before days and grades were kept, it is not."""


def in_progress(credit_id: UUID, version: int, outcome_ids: frozenset[UUID], parts: Parts) -> UnitInProgress:
    """What is held by these parts, and by others of which nothing is known."""
    return UnitInProgress(
        credit_id,
        version,
        outcome_ids,
        assessed_on=max((one.assessed_on for one in parts.values()), default=None),
        valid_until=min((one.valid_until for one in parts.values() if one.valid_until), default=None),
    )


def written(parts: Parts) -> Sequence[Mapping[str, Any]] | None:
    """As it stands in a decision's trace."""
    return [{"transcript_id": id_, **vars(part)} for id_, part in sorted(parts.items())] or None


def read(said: Iterable[Mapping[str, Any]] | None) -> Parts:
    """From a trace, stored or not; from an older one, which says nothing of them, none."""
    return {UUID(str(one["transcript_id"])): _part(one) for one in said or ()}


def _part(said: Mapping[str, Any]) -> Part:
    until = said["valid_until"]
    return Part(
        assessed_on=date.fromisoformat(str(said["assessed_on"])),
        valid_until=until and date.fromisoformat(str(until)),
        grade=said["grade"],
        grade_scale=said["grade_scale"],
        grade_failed=said["grade_failed"],
    )


@dataclass(frozen=True)
class Needed:
    """What a unit still needs."""

    outcome_ids: tuple[UUID, ...]
    """Required and not held, in the unit's order."""
    optional: int
    """How many of the others besides."""

    @property
    def nothing(self) -> bool:
        return not self.outcome_ids and not self.optional


def needed(unit: Unit, held: AbstractSet[UUID]) -> Needed:
    """domain.md 4.2: a unit is achieved with all required outcomes and at least so many of the optional ones."""
    missing = tuple(one.outcome_id for one in unit.outcomes if one.required and one.outcome_id not in held)
    optional = sum(one.outcome_id in held for one in unit.outcomes if not one.required)
    return Needed(missing, max((unit.minimum_optional_outcomes or 0) - optional, 0))
