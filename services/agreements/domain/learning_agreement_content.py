"""The parts of a learning agreement's content besides its units (domain.md 2.2; Erasmus+ VET learning agreement)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.canonical import canonical_json
from shared.contracts.agreements import PlannedAssessment
from shared.contracts.assessment import Method


class ActivityType(StrEnum):
    SHORT_TERM = "short_term"
    ERASMUSPRO_LONG_TERM = "erasmuspro_long_term"
    SKILLS_COMPETITION = "skills_competition"
    GROUP = "group"


DAYS: Mapping[ActivityType, tuple[int, int]] = {
    ActivityType.SHORT_TERM: (10, 89),
    ActivityType.ERASMUSPRO_LONG_TERM: (90, 365),
    ActivityType.SKILLS_COMPETITION: (1, 10),
    ActivityType.GROUP: (2, 30),
}
"""How many days each may take (Erasmus+ Programme Guide, part B, mobility in vocational education and training)."""


class Mode(StrEnum):
    PHYSICAL = "physical"
    BLENDED = "blended"
    VIRTUAL = "virtual"


class Cefr(StrEnum):
    """Common European Framework of Reference for Languages."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


@dataclass(frozen=True, kw_only=True)
class Language:
    """In which the learner learns and works abroad, and how well the learner has to know it by then."""

    code: str
    level: Cefr


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the learner has come in the qualification at home."""

    acquired_unit_ids: tuple[UUID, ...]
    enclosures: tuple[str, ...] | None = None
    """What shows it, such as a Europass."""


@dataclass(frozen=True, kw_only=True)
class LearningActivity:
    """What the learner does abroad, for which of the agreed outcomes."""

    task: str
    host_outcome_ids: tuple[UUID, ...]
    hours: int | None = None


@dataclass(frozen=True, kw_only=True)
class AssessmentPlan:
    """What is to be assessed abroad: by whom, when, where, how, by which criteria."""

    host_unit_id: UUID
    host_outcome_ids: tuple[UUID, ...]
    method: Method
    planned_on: date | None = None
    place: str | None = None
    assessing_id: UUID | None = None
    """The institution of the assessor, where it is not the host."""
    criteria: str | None = None
    procedure: str | None = None

    def said(self) -> PlannedAssessment:
        return PlannedAssessment(
            host_unit_id=self.host_unit_id,
            host_outcome_ids=self.host_outcome_ids,
            method=self.method,
            planned_on=self.planned_on,
            assessing_id=self.assessing_id,
        )


@dataclass(frozen=True, kw_only=True)
class RecognitionPlan:
    """What home does with the result of one unit: who validates and recognises it, how, when, from what."""

    validating_id: UUID | None = None
    """The institution that validates, where it is not home."""
    recognising_id: UUID | None = None
    """The institution that recognises, where it is not home."""
    procedure: str | None = None
    decided_until: date | None = None
    documents: tuple[str, ...] | None = None
    conditions: tuple[str, ...] | None = None
    """Something that has still to be fulfilled; recognition is then not automatic (domain.md 2.7)."""


def assessments_in_order(assessments: tuple[AssessmentPlan, ...] | None) -> tuple[AssessmentPlan, ...] | None:
    if assessments is None:
        return None
    plans = (replace(plan, host_outcome_ids=tuple(sorted(plan.host_outcome_ids))) for plan in assessments)
    return tuple(sorted(plans, key=canonical_json))


def activities_in_order(activities: tuple[LearningActivity, ...] | None) -> tuple[LearningActivity, ...] | None:
    """Their own order is the programme's and stays; that of their outcomes says nothing."""
    if activities is None:
        return None
    return tuple(replace(one, host_outcome_ids=tuple(sorted(one.host_outcome_ids))) for one in activities)
