"""What `assessment` says: what the host saw, and its official word, the issued transcript."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.canonical import content_hash
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
class AssessmentValue:
    """One confirmed assessment as a transcript carries it."""

    assessment_id: UUID
    assessed_on: date
    method: Method
    procedure: Procedure
    authority: Authority
    second_person: bool
    """Confirmed by somebody other than who recorded it."""
    attempt: int
    grade: str | None
    grade_scale: str | None
    results: tuple[OutcomeResult, ...]


@fact("acquis.assessment.confirmed.v1", topic=TOPIC, subject="assessment_id", key="learner_id")
class AssessmentConfirmed(Fact):
    assessment_id: UUID
    version: int
    learner_id: UUID
    learning_agreement_id: UUID
    home_id: UUID
    host_id: UUID
    assessment: AssessmentValue


@fact("acquis.transcript.issued.v1", topic=TOPIC, subject="transcript_id", key="learner_id")
class TranscriptIssued(Fact):
    """The host's official word on everything confirmed so far under one learning agreement."""

    transcript_id: UUID
    version: int
    """Counts the issues of this transcript, from 1."""
    content_hash: str
    """`transcript_hash` of learner, agreement, host and assessments; what a correction would change."""
    learner_id: UUID
    learning_agreement_id: UUID
    learning_agreement_version: int
    """The `content_version` of the agreement that was in force."""
    home_id: UUID
    host_id: UUID
    assessments: tuple[AssessmentValue, ...]
    issued_at: datetime


def transcript_hash(
    *,
    learner_id: UUID,
    learning_agreement_id: UUID,
    learning_agreement_version: int,
    host_id: UUID,
    assessments: Sequence[AssessmentValue],
) -> str:
    """The content hash of a transcript, for who issues one and who checks one (domain.md R12); sorted by assessment."""
    return content_hash(
        {
            "learner_id": learner_id,
            "learning_agreement_id": learning_agreement_id,
            "learning_agreement_version": learning_agreement_version,
            "host_id": host_id,
            "assessments": sorted(assessments, key=lambda assessment: assessment.assessment_id),
        }
    )
