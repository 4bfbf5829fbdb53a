"""What people vouch for beside what hosts say: certified, corrected, revoked (domain.md 3.5, 4.8, 4.10)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.recognition import ChangeReason, LearningKind


@dataclass(frozen=True, kw_only=True)
class Certification:
    """What was learnt otherwise than by a mobility, on a record of the home institution's own."""

    record_id: UUID
    """Stands where a mobility has its transcript."""
    learner_id: UUID
    home_id: UUID
    home_country: str
    kind: LearningKind
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    outcome_ids: tuple[UUID, ...]
    """Of the unit, those that were achieved."""
    grade: str | None
    grade_scale: str | None
    assessed_on: date
    evidence_hashes: tuple[str, ...]
    """SHA-256 of each piece; home keeps the pieces."""
    legal_basis: str
    by: str
    """`sub` of the recogniser, as everywhere here."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What counts of some results otherwise than was decided at first; None where nothing is corrected."""

    decision_id: UUID
    """The one that was corrected."""
    learner_id: UUID
    transcript_id: UUID
    unit_id: UUID
    results_hash: str
    """Of the results that it is about: other results know nothing of it."""
    outcome_ids: tuple[UUID, ...] | None
    grade: str | None
    """At home."""
    grade_scale: str | None
    valid_until: date | None
    legal_basis: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """That a decision stands no more, and its results never count again."""

    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    transcript_id: UUID
    unit_id: UUID
    results_hash: str | None
    """Of the results that it was decided by; None if they are not on record."""
    reason: ChangeReason
    legal_basis: str
    by: str
    at: datetime
