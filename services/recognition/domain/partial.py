"""Units in progress: outcomes are held until the unit is complete, and only then it counts (domain.md 4.3)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.catalogue import Unit


@dataclass(frozen=True)
class UnitInProgress:
    """What earlier transcripts, of whatever hosts, have earned of a unit; never all that it takes."""

    credit_id: UUID
    version: int
    outcome_ids: frozenset[UUID]


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
