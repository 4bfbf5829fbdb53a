"""What this service knows from the catalogue, as far as its guards need it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from shared.contracts.catalogue import EcvetFunction, OutcomePair
from shared.problems import Error, error


@dataclass(frozen=True)
class Institution:
    id: UUID
    country: str
    functions: frozenset[EcvetFunction]
    """The functions it is competent for."""


@dataclass(frozen=True)
class UnitOutcomes:
    """What a unit takes."""

    required: frozenset[UUID]
    optional: frozenset[UUID] = frozenset()
    minimum_optional: int = 0

    def is_met_by(self, outcome_ids: AbstractSet[UUID]) -> bool:
        """Whether they are all that it takes (domain.md 4.2)."""
        return self.required <= outcome_ids and len(self.optional & outcome_ids) >= self.minimum_optional


@dataclass(frozen=True)
class Qualification:
    """One published version."""

    id: UUID
    version: int
    unit_ids: frozenset[UUID]
    outcomes: Mapping[UUID, UnitOutcomes] = field(default_factory=dict)
    """By unit; empty where it was published before this service listened for them, as is the level None."""
    eqf_level: int | None = None
    nqf_level: str | None = None


@dataclass(frozen=True)
class Comparability:
    id: UUID
    version: int
    home_unit_id: UUID
    host_unit_id: UUID
    outcomes: frozenset[OutcomePair]
    valid_from: date
    valid_until: date | None
    withdrawn_on: date | None
    home_qualification_id: UUID | None = None
    """None where it was declared before this service listened for it: recognition holds it against the agreement."""
    has_conditions: bool | None = None
    """Whether it is comparable on conditions only; None as above."""

    def is_valid(self, begin: date, end: date) -> bool:
        """Whether it holds on every day of the stay, whenever the assessment will be (domain.md 4.8)."""
        return self.valid_from <= begin and (self.valid_until is None or end <= self.valid_until)


@dataclass(frozen=True)
class Reference:
    """The part of the catalogue that some terms name."""

    institutions: Mapping[UUID, Institution]
    qualifications: Mapping[tuple[UUID, int], Qualification]
    """By id and version."""
    comparabilities: Mapping[UUID, Comparability]


def unknown(pointer: str, what: str) -> Error:
    """An error of a `Validation` problem for an id that this service has not heard of."""
    detail = f"This {what} is not known here. If it was published a moment ago, it may not have arrived yet: try again."
    return error(pointer, "unknown", detail)
