"""The host's official word (domain.md 3.3, What counts as "the partner validates")."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shared.canonical import content_hash
from shared.contracts.assessment.assessments import TOPIC, AssessmentValue, Result
from shared.contracts.facts import Fact, fact, part


@part
class Period:
    """The stay: the actual days where they are known, else the agreed ones."""

    starts_on: date
    ends_on: date


@part
class UnitVerdict:
    """What came of one agreed unit of the host, over all assessments on the transcript."""

    unit_id: UUID
    verdict: Result
    """Of the outcomes that were agreed, each by its best result: all achieved, some, none, or none assessed yet."""
    outstanding_outcome_ids: tuple[UUID, ...]
    """Agreed and not achieved."""
    hours: int | None
    """Spent on it, where the host says so."""


@fact("acquis.transcript.issued.v1", topic=TOPIC, subject="transcript_id", key="learner_id")
class TranscriptIssued(Fact):
    """The host's official word on everything confirmed so far under one learning agreement."""

    transcript_id: UUID
    version: int
    """Counts the host's words on this transcript, from 1: issues, corrections and withdrawals."""
    content_hash: str
    """`transcript_hash` of what it says; what a correction changes."""
    learner_id: UUID
    learning_agreement_id: UUID
    learning_agreement_version: int
    """The `content_version` of the agreement that was in force."""
    home_id: UUID
    host_id: UUID
    assessments: tuple[AssessmentValue, ...]
    issued_at: datetime
    period: Period | None = None
    units: tuple[UnitVerdict, ...] | None = None


@fact("acquis.transcript.corrected.v1", topic=TOPIC, subject="transcript_id", key="learner_id")
class TranscriptCorrected(TranscriptIssued):
    """The whole new value, in the place of an earlier one that was wrong; there may be no assessment left in it."""

    corrects_version: int
    """The one that holds no more."""


@fact("acquis.transcript.withdrawn.v1", topic=TOPIC, subject="transcript_id", key="learner_id")
class TranscriptWithdrawn(Fact):
    """The host takes its word back; another issue may follow."""

    transcript_id: UUID
    version: int
    """The next in the same count as issues and corrections."""
    withdraws_version: int
    """The one that holds no more."""
    learner_id: UUID
    learning_agreement_id: UUID
    home_id: UUID
    host_id: UUID
    withdrawn_at: datetime


def transcript_hash(
    *,
    learner_id: UUID,
    learning_agreement_id: UUID,
    learning_agreement_version: int,
    host_id: UUID,
    assessments: Sequence[AssessmentValue],
    period: Period | None = None,
    units: Sequence[UnitVerdict] | None = None,
) -> str:
    """The content hash of a transcript, for who issues one and who checks one (domain.md R12).

    In whatever order assessments and units are listed.
    """
    return content_hash(
        {
            "learner_id": learner_id,
            "learning_agreement_id": learning_agreement_id,
            "learning_agreement_version": learning_agreement_version,
            "host_id": host_id,
            "assessments": sorted(assessments, key=lambda assessment: assessment.assessment_id),
            "period": period,
            "units": None if units is None else sorted(units, key=lambda unit: unit.unit_id),
        }
    )
