"""What does not count, or not as it was said: refused, evidence, corrected, revoked, expired (domain.md 3.5, 4.8)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact
from shared.contracts.recognition.credits import CreditRecognised
from shared.contracts.recognition.decisions import ReasonCode
from shared.contracts.recognition.topic import TOPIC


class ChangeReason(StrEnum):
    """Why something counts otherwise than it did, or not any more."""

    TRANSCRIPT_CORRECTED = "transcript_corrected"
    TRANSCRIPT_WITHDRAWN = "transcript_withdrawn"
    ERROR = "error"
    FRAUD = "fraud"
    ANNULLED_ASSESSMENT = "annulled_assessment"
    APPEAL = "appeal"
    BETTER_GRADE = "better_grade"
    """A second result took the place of the first, as the qualification's rules want it (domain.md 4.6)."""
    FOLLOWS = "follows"
    """What it rested on no longer counts."""


@fact("acquis.credit.refused.v1", topic=TOPIC, subject="decision_id", key="learner_id")
class CreditRefused(Fact):
    """A person decided that the unit does not count; the learner may appeal."""

    decision_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    reasons: tuple[ReasonCode, ...]
    legal_basis: str
    """A reference to law or regulation, nothing about a person."""
    appeal_until: date | None
    """The last day for an appeal; None if it is final."""
    assessed_on: date
    decided_at: datetime


@fact("acquis.evidence.kept.v1", topic=TOPIC, subject="decision_id", key="learner_id")
class EvidenceKept(Fact):
    """Achieved once more: what counts already goes on counting, and this is kept as evidence (domain.md 4.6)."""

    decision_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    credit_id: UUID
    """Of what counts; where all that was achieved once more is held already, of the unit in progress."""
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    reasons: tuple[ReasonCode, ...]
    assessed_on: date
    decided_at: datetime


@fact("acquis.credit.corrected.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditCorrected(CreditRecognised):
    """A credit counts otherwise than before: the whole new value; the entry before it was reversed."""

    corrects_decision_id: UUID
    """The decision that stood before `decision_id`."""
    reverses_position: int
    """The entry that was taken back; `ledger_position` is the new one."""
    reason: ChangeReason


@fact("acquis.credit.revoked.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditRevoked(Fact):
    """What counted, was held or was on record does so no more; the credit's id is never used again."""

    credit_id: UUID
    version: int
    decision_id: UUID
    """The decision that it rested on."""
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    reason: ChangeReason
    reopens_qualification: bool
    """The qualification was said to be complete, and is not any more."""
    revoked_at: datetime
    reverses_position: int | None = None
    """The entry that was taken back; None if the credit had none, for a unit in progress has none."""
    ledger_position: int | None = None
    """The reversal's."""
    ledger_hash: str | None = None


@fact("acquis.credit.expired.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditExpired(Fact):
    """The time is over in which it counted: it stays in the ledger, and is not counted to completion."""

    credit_id: UUID
    version: int
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    valid_until: date
    """The last day on which it counted."""
    reopens_qualification: bool
    expired_at: datetime
