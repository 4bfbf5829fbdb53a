"""What was decided on a learner's units, one thing after the other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.recognition.domain.decisions import DecisionState
from shared.contracts.recognition import CreditRecognised, LearningKind, Mode, ReasonCode


class CreditState(StrEnum):
    """What became of what counted."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True)
class KeptCredit(CreditRecognised):
    """A credit, and what has become of it."""

    state: CreditState


@dataclass(frozen=True, kw_only=True)
class PastDecision:
    """A decision as the learner may see it, whoever made it."""

    decision_id: UUID
    version: int
    state: DecisionState
    mode: Mode | None
    kind: LearningKind
    reasons: tuple[ReasonCode, ...]
    legal_basis: str | None
    appeal_until: date | None
    home_id: UUID
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    transcript_id: UUID
    transcript_version: int
    assessed_on: date
    decided_at: datetime
    superseded_by: UUID | None
    credit_id: UUID | None
    """The credit that rests on it, or did to its end; None if there is none, or it rests on a later decision."""
    credit_state: CreditState | None
    valid_until: date | None
