"""Where a learner stands when something comes in that may change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.partial import UnitInProgress

Place = tuple[UUID, UUID]
"""A unit of a qualification."""


@dataclass(frozen=True)
class ActiveCredit:
    credit_id: UUID
    transcript_id: UUID
    """The transcript that earned it."""


@dataclass(frozen=True)
class OpenDecision:
    """One that another may still take the place of."""

    decision_id: UUID
    state: DecisionState


@dataclass(frozen=True)
class Standing:
    head: Head = field(default_factory=Head)
    credits: Mapping[Place, ActiveCredit] = field(default_factory=dict)
    """What counts."""
    in_progress: Mapping[Place, UnitInProgress] = field(default_factory=dict)
    """What is held of units that do not count yet."""
    open: Mapping[tuple[UUID, UUID], OpenDecision] = field(default_factory=dict)
    """By transcript and unit."""
    completed: frozenset[UUID] = frozenset()
    """Qualifications that were said to be complete."""
