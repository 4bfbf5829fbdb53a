"""Where a learner stands when something comes in that may change it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.recognition.domain.contributions import Contribution, lasting, parts_in
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.means import Graded
from services.recognition.domain.partial import Parts, UnitInProgress
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.recognition import CreditRecognised, ReasonCode

Place = tuple[UUID, UUID]
"""A unit of a qualification."""


@dataclass(frozen=True)
class ActiveCredit:
    credit_id: UUID
    transcript_id: UUID
    """The transcript that earned it."""
    assessment_ids: frozenset[UUID] | None = None
    """Those that it was decided on; None where nobody asks, for the transcript says nothing new."""
    graded: CreditRecognised | Graded | None = None
    """None where there is no grade."""


@dataclass(frozen=True)
class OpenDecision:
    """One that another may still take the place of."""

    decision_id: UUID
    state: DecisionState
    by_person: bool = False
    assigned_to: str | None = None
    """Who has taken the review."""
    lacks_outcomes: bool = False
    """More of the unit may still be achieved."""


@dataclass(frozen=True)
class Standing:
    head: Head = field(default_factory=Head)
    credits: Mapping[Place, ActiveCredit] = field(default_factory=dict)
    """What counts."""
    in_progress: Mapping[Place, UnitInProgress] = field(default_factory=dict)
    """What is held of units that do not count yet."""
    open: Mapping[tuple[UUID, UUID], OpenDecision] = field(default_factory=dict)
    """By transcript and unit."""
    host_outcomes: Mapping[Place, frozenset[UUID]] = field(default_factory=dict)
    """The host outcomes by which a unit counts or is in progress."""
    parts: Mapping[Place, Parts] = field(default_factory=dict)
    """What each transcript has given of it; of a unit in progress, what is not over."""
    contents: Mapping[str, UUID] = field(default_factory=dict)
    """By content hash, a transcript that says so."""
    revoked: Mapping[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    """By transcript and unit, the decision on it that a person has revoked."""
    completed: frozenset[UUID] = frozenset()
    """Qualifications that were said to be complete."""


def open_decision(decision: Decision) -> OpenDecision:
    """As it stands once a rule has made it."""
    lacks_outcomes = ReasonCode.LO_MISSING in decision.reasons
    return OpenDecision(
        decision.decision_id, decision.state, assigned_to=decision.assigned_to, lacks_outcomes=lacks_outcomes
    )


def counting(standing: Standing, qualification_id: UUID) -> Mapping[UUID, CreditRecognised | Graded | None]:
    """The units of the qualification that count, with their grades."""
    return {unit_id: one.graded for (of, unit_id), one in standing.credits.items() if of == qualification_id}


def with_given(standing: Standing, contributions: Iterable[Contribution], today: date) -> Standing:
    """What was given to units that count or are in progress; what is over by itself only where they count by it."""
    given: dict[Place, list[Contribution]] = {place: [] for place in (*standing.credits, *standing.in_progress)}
    for one in contributions:
        if (place := (one.qualification_id, one.unit_id)) in given:
            given[place].append(one)
    left = {place: of if place in standing.credits else lasting(of, today) for place, of in given.items()}
    return replace(
        standing,
        host_outcomes={
            place: frozenset(id_ for one in of for id_ in one.host_outcome_ids) for place, of in left.items()
        },
        parts={place: parts_in(of) for place, of in left.items()},
    )


def place_of(unit: UnitFacts) -> Place:
    return unit.agreement.qualification_id, unit.agreed.unit_id


def counted_elsewhere(host_outcomes: Mapping[Place, frozenset[UUID]], place: Place) -> frozenset[UUID]:
    """The host outcomes that are used up by other units of the same qualification (domain.md 4.6)."""
    others = (used for other, used in host_outcomes.items() if other[0] == place[0] and other != place)
    return frozenset().union(*others)
