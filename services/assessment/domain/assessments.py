"""An assessment and the table of its life (domain.md 3.3).

`planning`, `assessing` and `contesting` are what is done with it; `values` is what is said of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.assessment.domain.reports import Report
from shared.contracts.assessment import Authority, Method, OutcomeResult
from shared.problems import WrongState
from shared.transitions import following


class State(StrEnum):
    PLANNED = "planned"
    CONDUCTED = "conducted"
    RECORDED = "recorded"
    MODERATED = "moderated"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    ABSENT = "absent"
    ANNULLED = "annulled"
    OBSOLETE = "obsolete"


class Command(StrEnum):
    """Named as the sub-resource that carries it."""

    CONDUCT = "conduct"
    ABSENCE = "absence"
    RESULT = "result"
    MODERATION = "moderation"
    CONFIRMATION = "confirmation"
    CONTEST = "contest"
    REVIEW = "review"
    RESIT = "resit"
    ANNULMENT = "annulment"


TRANSITIONS: Mapping[tuple[State, Command], State] = {
    (State.PLANNED, Command.CONDUCT): State.CONDUCTED,
    (State.PLANNED, Command.ABSENCE): State.ABSENT,
    (State.PLANNED, Command.RESULT): State.RECORDED,  # which says that it was conducted
    (State.PLANNED, Command.ANNULMENT): State.ANNULLED,
    (State.CONDUCTED, Command.RESULT): State.RECORDED,
    (State.CONDUCTED, Command.ANNULMENT): State.ANNULLED,
    (State.RECORDED, Command.MODERATION): State.MODERATED,
    (State.RECORDED, Command.CONFIRMATION): State.CONFIRMED,
    (State.RECORDED, Command.ANNULMENT): State.ANNULLED,
    (State.MODERATED, Command.CONFIRMATION): State.CONFIRMED,
    (State.MODERATED, Command.ANNULMENT): State.ANNULLED,
    (State.CONFIRMED, Command.CONTEST): State.CONTESTED,
    (State.CONFIRMED, Command.RESIT): State.CONFIRMED,  # a further assessment begins
    (State.CONFIRMED, Command.ANNULMENT): State.ANNULLED,
    (State.CONTESTED, Command.REVIEW): State.CONFIRMED,
    (State.CONTESTED, Command.ANNULMENT): State.ANNULLED,
    (State.ABSENT, Command.RESIT): State.ABSENT,
    (State.ABSENT, Command.ANNULMENT): State.ANNULLED,
    (State.ANNULLED, Command.RESIT): State.ANNULLED,  # after the stay there is no other way to assess it
}
"""Nobody can ask for `obsolete`: a planned assessment becomes so when a changed agreement plans it no more."""

OPEN = frozenset({State.PLANNED, State.CONDUCTED, State.RECORDED, State.MODERATED, State.CONTESTED})
"""Something is still to come."""
STANDING = frozenset({State.CONFIRMED, State.CONTESTED})
"""The host stands by it: by what is contested too, until a review says otherwise."""


@dataclass(frozen=True)
class Step:
    """Who did something about it, when, and in which words."""

    by: str
    """`sub` of the token."""
    at: datetime
    text: str | None = field(default=None, repr=False)


class Finding(StrEnum):
    UPHELD = "upheld"
    CORRECTED = "corrected"


@dataclass(frozen=True, kw_only=True)
class Review(Step):
    finding: Finding


@dataclass(frozen=True, kw_only=True)
class Assessment:
    id: UUID
    version: int
    state: State
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    method: Method
    planned_on: date | None
    results: tuple[OutcomeResult, ...]
    """One for each outcome covered, sorted by outcome; all are `not_assessed` until they are recorded."""
    plan_key: str | None = None
    """What it is in the agreement's own plan; None where the host planned it by hand."""
    assessing_id: UUID | None = None
    """The institution that assesses in the host's place."""
    attempt: int = 1
    resit_of: UUID | None = None
    resit_id: UUID | None = None
    """The assessment that repeats this one."""
    record_until: date | None = None
    """A resit may take place after the stay, until then."""
    held_on: date | None = None
    """When it was conducted, or the learner stayed away."""
    excused: bool | None = None
    """Of an absence."""
    report: Report | None = None
    authority: Authority | None = None
    """Of who assessed; None for what was recorded by the host's staff before others could."""
    recorded_by: str | None = None
    """`sub` of the assessor's token."""
    moderation: Step | None = None
    confirmed_by: str | None = None
    """`sub` of the examiner's token."""
    contest_until: date | None = None
    """The last day on which the learner may contest it."""
    contest: Step | None = None
    review: Review | None = None
    annulment: Step | None = None


def moved(assessment: Assessment, command: Command, **changes: Any) -> Assessment:
    """As the table says, one version on, with what else the command changes; `WrongState` if it does not say it."""
    state = following(TRANSITIONS, assessment.state, command)
    return replace(assessment, state=state, version=assessment.version + 1, **changes)


def wrong_state(assessment: Assessment, impossible: Command, why: str) -> WrongState:
    """Where the table alone would allow the command, but something else about the assessment does not."""
    others = [command for state, command in TRANSITIONS if state is assessment.state]
    return WrongState(assessment.state, [command for command in others if command is not impossible], why)
