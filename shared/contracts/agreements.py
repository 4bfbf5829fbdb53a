"""What `agreements` says: memoranda in force and the learning agreements under them. No names, only ids."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue import EcvetFunction, OutcomePair
from shared.contracts.facts import Fact, fact, part

MEMORANDUM_TOPIC = "acquis.memorandum.v1"
LEARNING_AGREEMENT_TOPIC = "acquis.learning-agreement.v1"


@part
class Party:
    """A signing institution and the ECVET functions it takes on in this memorandum."""

    institution_id: UUID
    country: str
    functions: tuple[EcvetFunction, ...]


@part
class CoveredQualification:
    """A qualification whose units are open for mobility under the memorandum."""

    qualification_id: UUID
    qualification_version: int
    unit_ids: tuple[UUID, ...]


class Automation(StrEnum):
    """Whether a home institution lets a unit be recognised by rule: an opt-in, never a default (domain.md 0.1)."""

    OFF = "off"
    ON = "on"
    ON_WITH_CONDITIONS = "on_with_conditions"


@part
class AutomaticRecognition:
    institution_id: UUID
    """The home institution that opted in."""
    unit_id: UUID
    policy: Automation


@fact("acquis.memorandum.activated.v1", topic=MEMORANDUM_TOPIC, subject="memorandum_id")
class MemorandumActivated(Fact):
    """Every signatory approved the same version and hash."""

    memorandum_id: UUID
    version: int
    content_version: int
    """Counts the terms that were proposed; this one was approved by all signatories."""
    content_hash: str
    parties: tuple[Party, ...]
    qualifications: tuple[CoveredQualification, ...]
    automatic_recognition: tuple[AutomaticRecognition, ...]
    two_person_rule: bool
    """Assessments are confirmed by somebody other than who recorded them."""
    activated_on: date
    valid_from: date
    valid_until: date


class TranscriptPolicy(StrEnum):
    """When the host issues the transcript (domain.md, What counts as "the partner validates")."""

    ON_CONFIRMATION = "on_confirmation"
    ON_COMPLETION = "on_completion"
    MANUAL = "manual"


@part
class AgreedUnit:
    """A unit to be achieved abroad, with the mapping that both institutions agreed to."""

    unit_id: UUID
    """The home unit that is to be credited."""
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: int
    outcomes: tuple[OutcomePair, ...]
    automatic: bool
    """The home institution's yes or no for this learner and unit."""


@fact(
    "acquis.learning-agreement.agreed.v1",
    topic=LEARNING_AGREEMENT_TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementAgreed(Fact):
    """Learner, home and host signed the same version."""

    learning_agreement_id: UUID
    version: int
    content_version: int
    """Counts the contents that were put to signature; this one was signed by all three."""
    content_hash: str
    learner_id: UUID
    memorandum_id: UUID
    memorandum_version: int
    """The memorandum's `content_version` that the agreement was made under."""
    memorandum_hash: str
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    """The home qualification that the learner prepares."""
    qualification_version: int
    units: tuple[AgreedUnit, ...]
    transcript_policy: TranscriptPolicy
    starts_on: date
    ends_on: date
    agreed_on: date


@fact(
    "acquis.learning-agreement.started.v1",
    topic=LEARNING_AGREEMENT_TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementStarted(Fact):
    """The learner arrived at the host."""

    learning_agreement_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    started_on: date


@fact(
    "acquis.learning-agreement.completed.v1",
    topic=LEARNING_AGREEMENT_TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementCompleted(Fact):
    """The stay abroad ended as planned."""

    learning_agreement_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    completed_on: date
