"""What counts, what is held, what is on record only."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact, part
from shared.contracts.recognition.decisions import LearningKind, Mode
from shared.contracts.recognition.topic import TOPIC


class ConversionMethod(StrEnum):
    """How a grade came home (domain.md 4.7)."""

    SAME_SCALE = "same_scale"
    """Home uses the scale of the host: nothing to convert."""
    TABLE = "table"
    """By how the grades of both institutions are distributed."""
    PASS_FAIL_ONLY = "pass_fail_only"  # noqa: S105 - a method, no password
    """Passed; more cannot be said of it at home."""
    BY_HAND = "by_hand"
    """A recogniser says what it is at home."""


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
    valid_until: date | None = None
    """The last day on which it counts; None without end."""
    kind: LearningKind | None = None
    """None for a mobility. What was learnt otherwise names the nil UUID as memorandum and learning agreement, its own
    record as transcript, and the home institution as host.
    """
    reopens_qualification: bool | None = None
    """By its grade the mean is not passed any more, and the qualification that was said to be complete is not."""


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
    valid_until: date | None = None
    """The last day on which all of it is held; None without end."""


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
