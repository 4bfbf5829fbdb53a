"""What the host saw of a learner (domain.md 2.4, 3.3)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact, part

TOPIC = "acquis.assessment.v1"


class Method(StrEnum):
    """How outcomes were assessed (domain.md 2.4)."""

    WORK_SIMULATION = "work_simulation"
    THEORY_TEST = "theory_test"
    OBSERVATION = "observation"
    PORTFOLIO = "portfolio"
    INTERVIEW = "interview"
    ORAL = "oral"
    PROJECT = "project"


class Result(StrEnum):
    ACHIEVED = "achieved"
    PARTIALLY = "partially"
    NOT_ACHIEVED = "not_achieved"
    NOT_ASSESSED = "not_assessed"


class Procedure(StrEnum):
    """Whether the agreed procedure and criteria were followed."""

    FOLLOWED = "followed"
    DEVIATED = "deviated"


class Authority(StrEnum):
    """What entitles the assessor to assess for the host."""

    HOST_STAFF = "host_staff"
    DELEGATED = "delegated"
    NONE = "none"


class AssessorRole(StrEnum):
    ASSESSOR = "assessor"
    SECOND_ASSESSOR = "second_assessor"
    WORKPLACE_MENTOR = "workplace_mentor"
    EXTERNAL_EXAMINER = "external_examiner"


class Supervision(StrEnum):
    """Where the learner was watched while being assessed (Recommendation 16.6.2022 Annex I, optional)."""

    ON_SITE = "on_site"
    ONLINE = "online"
    UNSUPERVISED = "unsupervised"


class IdentityCheck(StrEnum):
    """How it was made sure who was assessed (Recommendation 16.6.2022 Annex I, optional)."""

    DOCUMENT = "document"
    ELECTRONIC = "electronic"
    KNOWN_TO_ASSESSOR = "known_to_assessor"
    UNCHECKED = "unchecked"


@part
class OutcomeResult:
    outcome_id: UUID
    """An outcome of a unit of the host."""
    unit_id: UUID
    """The host unit that the outcome belongs to."""
    result: Result
    weight: Decimal
    """The share of this assessment in the outcome, above 0."""


@part
class UnitShare:
    """How much of one assessment counts to one of the units that it touches (domain.md 4.2)."""

    unit_id: UUID
    """A unit of the host."""
    share: Decimal
    """Above 0; all shares of an assessment are 1 at the most, so that nothing is counted twice."""


@part
class AssessorValue:
    """Somebody who assessed, without who it was."""

    organisation_id: UUID | None
    """The institution they assessed for; None for one that Acquis does not know."""
    role: AssessorRole
    authority: Authority


@part
class AssessmentValue:
    """One confirmed assessment as a transcript carries it."""

    assessment_id: UUID
    assessed_on: date
    """The last day of it."""
    method: Method
    procedure: Procedure
    authority: Authority
    """The strongest that one of the assessors has."""
    second_person: bool
    """Confirmed by somebody other than who recorded it."""
    attempt: int
    grade: str | None
    grade_scale: str | None
    """The scale's code, as the catalogue has it."""
    results: tuple[OutcomeResult, ...]
    began_on: date | None = None
    """Where it took more than a day."""
    minutes: int | None = None
    """How long it took."""
    language: str | None = None
    """ISO 639."""
    units: tuple[UnitShare, ...] | None = None
    """For each unit touched; None where the host did not divide it."""
    assessors: tuple[AssessorValue, ...] | None = None
    supervision: Supervision | None = None
    identity_check: IdentityCheck | None = None
    evidence_hashes: tuple[str, ...] | None = None
    """SHA-256 of each piece of evidence; the host keeps the pieces."""
    moderated: bool | None = None
    """Looked over by somebody other than who recorded it, before it was confirmed."""
    resit_of: UUID | None = None
    """The assessment that this one repeats."""


@fact("acquis.assessment.confirmed.v1", topic=TOPIC, subject="assessment_id", key="learner_id")
class AssessmentConfirmed(Fact):
    """The host stands by it: for the first time, or still or again after a review, which ends a contest."""

    assessment_id: UUID
    version: int
    learner_id: UUID
    learning_agreement_id: UUID
    home_id: UUID
    host_id: UUID
    assessment: AssessmentValue


@part
class AssessmentStep(Fact):
    """What each further step in a confirmed assessment's life says."""

    assessment_id: UUID
    version: int
    learner_id: UUID
    learning_agreement_id: UUID
    home_id: UUID
    host_id: UUID
    occurred_on: date


@fact("acquis.assessment.contested.v1", topic=TOPIC, subject="assessment_id", key="learner_id")
class AssessmentContested(AssessmentStep):
    """The learner objects in time; until `assessment.confirmed` or `assessment.annulled` it is under review."""


@fact("acquis.assessment.annulled.v1", topic=TOPIC, subject="assessment_id", key="learner_id")
class AssessmentAnnulled(AssessmentStep):
    """What was confirmed is void; a transcript that carries it is corrected by itself."""
