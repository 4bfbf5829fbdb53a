"""Outcomes validated, and units left to a person."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact, part
from shared.contracts.recognition.topic import TOPIC


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
    GRADE_FAILED = "GRADE_FAILED"
    GRADE_TABLE_MISSING = "GRADE_TABLE_MISSING"
    """The unit needs a mark at home, and none comes of what the host gave."""
    COUNTRY_POLICY_MISSING = "COUNTRY_POLICY_MISSING"
    COUNTRY_POLICY_DOCUMENT_ONLY = "COUNTRY_POLICY_DOCUMENT_ONLY"
    COUNTRY_POLICY_PARTIAL = "COUNTRY_POLICY_PARTIAL"
    LEVEL_BELOW = "LEVEL_BELOW"
    ASSESSOR_NOT_AUTHORISED = "ASSESSOR_NOT_AUTHORISED"
    SECOND_PERSON_MISSING = "SECOND_PERSON_MISSING"
    UNIT_NOT_COVERED = "UNIT_NOT_COVERED"
    HASH_MISMATCH = "HASH_MISMATCH"
    CONDITION_OPEN = "CONDITION_OPEN"
    SOURCE_REVOKED = "SOURCE_REVOKED"
    """What was decided by the transcript before was revoked: new results are for a person."""


class OutcomeStatus(StrEnum):
    VALIDATED = "validated"
    NOT_VALIDATED = "not_validated"


@part
class ValidatedOutcome:
    """What became of one outcome of the home unit."""

    outcome_id: UUID
    status: OutcomeStatus
    reason: ReasonCode
    held_by: UUID | None = None
    """The credit in progress that an earlier transcript has earned it for; None where it is this one's."""


class ValidationStatus(StrEnum):
    """How far the outcomes of a unit were confirmed (domain.md 3.4)."""

    VALIDATED = "validated"
    PARTIALLY_VALIDATED = "partially_validated"
    NOT_VALIDATED = "not_validated"


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class LearningKind(StrEnum):
    """Where the outcomes were learnt (domain.md 2.5)."""

    MOBILITY = "mobility"
    PRIOR_LEARNING = "prior_learning"
    MICROCREDENTIAL = "microcredential"
    HOME = "home"
    """Taught and assessed at home."""


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


@fact("acquis.review.information-requested.v1", topic=TOPIC, subject="decision_id", key="learner_id")
class InformationRequested(Fact):
    """The recogniser asks the host something; until it answers, the clock of an appeal stands still (domain.md 4.8)."""

    decision_id: UUID
    version: int
    request_id: UUID
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    qualification_id: UUID
    unit_id: UUID
    requested_at: datetime


@fact("acquis.review.information-provided.v1", topic=TOPIC, subject="decision_id", key="learner_id")
class InformationProvided(Fact):
    """The host has answered."""

    decision_id: UUID
    version: int
    request_id: UUID
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    qualification_id: UUID
    unit_id: UUID
    provided_at: datetime


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
