"""What `recognition` says: what counts at home, what does not yet, and why."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact, part

TOPIC = "acquis.recognition.v1"


class ReasonCode(StrEnum):
    """Why a rule did not pass (domain.md 2.5)."""

    OK = "OK"
    NO_ACTIVE_MOU = "NO_ACTIVE_MOU"
    MOU_VERSION_MISMATCH = "MOU_VERSION_MISMATCH"
    MOU_NOT_AUTOMATIC = "MOU_NOT_AUTOMATIC"
    LA_NOT_AUTOMATIC = "LA_NOT_AUTOMATIC"
    LA_NOT_AGREED = "LA_NOT_AGREED"
    LA_VERSION_MISMATCH = "LA_VERSION_MISMATCH"
    TRANSCRIPT_NOT_CONFIRMED = "TRANSCRIPT_NOT_CONFIRMED"
    LO_MISSING = "LO_MISSING"
    PROCEDURE_DEVIATION = "PROCEDURE_DEVIATION"
    MAPPING_EXPIRED = "MAPPING_EXPIRED"
    DUPLICATE_CREDIT = "DUPLICATE_CREDIT"
    VALIDITY_EXPIRED = "VALIDITY_EXPIRED"
    COUNTRY_POLICY_MISSING = "COUNTRY_POLICY_MISSING"
    COUNTRY_POLICY_DOCUMENT_ONLY = "COUNTRY_POLICY_DOCUMENT_ONLY"
    LEVEL_BELOW = "LEVEL_BELOW"
    ASSESSOR_NOT_AUTHORISED = "ASSESSOR_NOT_AUTHORISED"
    SECOND_PERSON_MISSING = "SECOND_PERSON_MISSING"
    UNIT_NOT_COVERED = "UNIT_NOT_COVERED"
    HASH_MISMATCH = "HASH_MISMATCH"
    CONDITION_OPEN = "CONDITION_OPEN"


class OutcomeStatus(StrEnum):
    VALIDATED = "validated"
    NOT_VALIDATED = "not_validated"


@part
class ValidatedOutcome:
    """What became of one outcome of the home unit."""

    outcome_id: UUID
    status: OutcomeStatus
    reason: ReasonCode


class ValidationStatus(StrEnum):
    """How far the outcomes of a unit were confirmed (domain.md 3.4)."""

    VALIDATED = "validated"
    PARTIALLY_VALIDATED = "partially_validated"
    NOT_VALIDATED = "not_validated"


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


@fact("acquis.validation.completed.v1", topic=TOPIC, subject="validation_id", key="learner_id")
class ValidationCompleted(Fact):
    """Assessed outcomes were held against the outcomes that the home unit requires."""

    validation_id: UUID
    version: int
    learner_id: UUID
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    unit_id: UUID
    status: ValidationStatus
    outcomes: tuple[ValidatedOutcome, ...]


@fact("acquis.credit.recognised.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditRecognised(Fact):
    """A unit counts at home from now on."""

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
    points: Decimal | None
    grade: str | None
    grade_scale: str | None
    mode: Mode
    memorandum_id: UUID
    memorandum_version: int
    learning_agreement_id: UUID
    learning_agreement_version: int
    transcript_id: UUID
    transcript_version: int
    country_policy_id: UUID
    country_policy_version: int
    assessed_on: date
    decided_at: datetime
    ledger_position: int
    """The entry's place in the learner's chain, from 1."""
    ledger_hash: str


@fact("acquis.review.required.v1", topic=TOPIC, subject="decision_id", key="learner_id")
class ReviewRequired(Fact):
    """Some rule did not pass: a recogniser decides."""

    decision_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    unit_id: UUID
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    reasons: tuple[ReasonCode, ...]


@fact("acquis.qualification.completed.v1", topic=TOPIC, subject="qualification_id", key="learner_id")
class QualificationCompleted(Fact):
    """Every required unit counts; the awarding body awards, Acquis never does (domain.md 3.5)."""

    qualification_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    home_country: str
    completed_on: date
    unit_ids: tuple[UUID, ...]
