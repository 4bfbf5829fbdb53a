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
    GRADE_FAILED = "GRADE_FAILED"
    COUNTRY_POLICY_MISSING = "COUNTRY_POLICY_MISSING"
    COUNTRY_POLICY_DOCUMENT_ONLY = "COUNTRY_POLICY_DOCUMENT_ONLY"
    COUNTRY_POLICY_PARTIAL = "COUNTRY_POLICY_PARTIAL"
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


class ConversionMethod(StrEnum):
    """How a grade came home (domain.md 4.7)."""

    SAME_SCALE = "same_scale"
    """Home uses the scale of the host: nothing to convert."""
    TABLE = "table"
    """By how the grades of both institutions are distributed."""
    PASS_FAIL_ONLY = "pass_fail_only"  # noqa: S105 - a method, no password
    """Passed; more cannot be said of it at home."""


@part
class GradeConversion:
    method: ConversionMethod
    grade: str | None = None
    grade_scale: str | None = None
    confidence: Decimal | None = None
    """How much of the host's grade overlaps with the one at home, 0 to 1."""
    host_table_id: UUID | None = None
    host_table_version: int | None = None
    home_table_id: UUID | None = None
    home_table_version: int | None = None
    small_sample: bool | None = None
    """One of the tables rests on fewer than 50 results."""


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
    conversion: GradeConversion | None = None
    """What `grade` is at home; None without a grade, or where grades from abroad do not count."""


@fact("acquis.credit.partially-recognised.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditPartiallyRecognised(Fact):
    """Outcomes of a unit are held at home; it counts as soon as the others are, from wherever (domain.md 4.3)."""

    credit_id: UUID
    """The same until the unit counts and then, too."""
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
    held_outcome_ids: tuple[UUID, ...]
    """All so far, of whatever host."""
    needed_outcome_ids: tuple[UUID, ...]
    """Required and not held yet."""
    needed_optional: int
    """How many of the outcomes that are not required are needed besides."""
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


@fact("acquis.credit.documented.v1", topic=TOPIC, subject="credit_id", key="learner_id")
class CreditDocumented(Fact):
    """A unit achieved abroad is on record, and counts for nothing: home recognises no units (domain.md 4.9)."""

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
    outcome_ids: tuple[UUID, ...]
    """The home outcomes that were achieved."""
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
    """The entry's place in the learner's chain, from 1; it has no points."""
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


@fact("acquis.ledger.checkpointed.v1", topic=TOPIC, subject="checkpoint_id")
class LedgerCheckpointed(Fact):
    """One hash over the ends of all chains: with it anyone can prove later what stood in the ledger."""

    checkpoint_id: UUID
    version: int
    number: int
    """From 1, one after the other."""
    previous_root: str
    """The root of the checkpoint before, of the first one SHA-256 of nothing."""
    root: str
    """The root of the Merkle tree (RFC 6962) over the chains' ends, in the order of the learners' ids."""
    heads: int
    """How many chains there were."""
    entries: int
    """How many entries all of them had."""
    taken_at: datetime
