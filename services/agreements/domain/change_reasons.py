"""Which kinds of change there are of what was agreed, and which codes are a reason for which (domain.md 2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ChangeType(StrEnum):
    INSERT = "insert"
    DELETE = "delete"
    SUBSTITUTE = "substitute"
    EXTENSION = "extension"
    WORKPLACE = "workplace"
    DATES = "dates"
    LEARNER_DATA = "learner_data"
    ARRANGEMENTS = "arrangements"
    """All else: what is done for a unit, who assesses it, how it is recognised, when the transcript is issued."""


class ReasonCode(StrEnum):
    """Those of EWP, and after them those that vocational training needs besides."""

    NOT_AVAILABLE = "not-available"
    LANGUAGE_MISMATCH = "language-mismatch"
    TIMETABLE_CONFLICT = "timetable-conflict"
    SUBSTITUTING_DELETED = "substituting-deleted"
    EXTENDING_MOBILITY = "extending-mobility"
    ADDING_VIRTUAL_COMPONENT = "adding-virtual-component"
    WORKPLACE_CHANGE = "workplace-change"
    EMPLOYER_WITHDREW = "employer-withdrew"
    HEALTH_OR_SAFETY = "health-or-safety"
    EQUIPMENT_MISSING = "equipment-missing"
    LEVEL_MISMATCH = "level-mismatch"
    LEGAL_AGE_RESTRICTION = "legal-age-restriction"
    ASSESSOR_UNAVAILABLE = "assessor-unavailable"


OF_THE_WORKPLACE = frozenset(
    {
        ReasonCode.WORKPLACE_CHANGE,
        ReasonCode.EMPLOYER_WITHDREW,
        ReasonCode.HEALTH_OR_SAFETY,
        ReasonCode.EQUIPMENT_MISSING,
        ReasonCode.LEGAL_AGE_RESTRICTION,
    }
)
FOR_GIVING_UP = OF_THE_WORKPLACE | {
    ReasonCode.NOT_AVAILABLE,
    ReasonCode.LANGUAGE_MISMATCH,
    ReasonCode.TIMETABLE_CONFLICT,
    ReasonCode.LEVEL_MISMATCH,
    ReasonCode.ASSESSOR_UNAVAILABLE,
}
FOR_LONGER = frozenset({ReasonCode.EXTENDING_MOBILITY, ReasonCode.ADDING_VIRTUAL_COMPONENT})

REASONS: Mapping[ChangeType, frozenset[ReasonCode]] = {
    ChangeType.INSERT: FOR_LONGER | {ReasonCode.SUBSTITUTING_DELETED, ReasonCode.WORKPLACE_CHANGE},
    ChangeType.DELETE: FOR_GIVING_UP,
    ChangeType.SUBSTITUTE: FOR_GIVING_UP,
    ChangeType.EXTENSION: FOR_LONGER,
    ChangeType.WORKPLACE: OF_THE_WORKPLACE,
    ChangeType.DATES: FOR_GIVING_UP,
    ChangeType.LEARNER_DATA: frozenset(ReasonCode),
    ChangeType.ARRANGEMENTS: frozenset(ReasonCode),
}
"""Which codes are a reason for which change."""

OF_ONE_UNIT = {ChangeType.INSERT, ChangeType.DELETE, ChangeType.SUBSTITUTE}
"""Explained unit by unit."""
IN_WORDS = {ChangeType.DATES, ChangeType.LEARNER_DATA, ChangeType.ARRANGEMENTS}
"""May be explained by a text alone: EWP has no codes for them."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why, for one part of the change; who substitutes a unit names both."""

    type: ChangeType
    code: ReasonCode | None = None
    unit_id: UUID | None = None
    instead_of: UUID | None = None
    """The unit that is given up, where another one comes in its place."""
    text: str | None = field(default=None, repr=False)
