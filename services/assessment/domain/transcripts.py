"""The transcript: the host's official word under one learning agreement, and the table of its life (domain.md 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.assessment.domain.learning_agreements import LearningAgreement
from shared.contracts.agreements import LearningAgreementAgreed
from shared.problems import invalid


class TranscriptState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class TranscriptCommand(StrEnum):
    """Named as the sub-resource that carries it."""

    ISSUANCE = "issuance"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


TRANSCRIPT_TRANSITIONS: Mapping[tuple[TranscriptState, TranscriptCommand], TranscriptState] = {
    (TranscriptState.DRAFT, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
    (TranscriptState.ISSUED, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
    (TranscriptState.ISSUED, TranscriptCommand.CORRECTION): TranscriptState.CORRECTED,
    (TranscriptState.ISSUED, TranscriptCommand.WITHDRAWAL): TranscriptState.WITHDRAWN,
    (TranscriptState.CORRECTED, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
    (TranscriptState.CORRECTED, TranscriptCommand.CORRECTION): TranscriptState.CORRECTED,
    (TranscriptState.CORRECTED, TranscriptCommand.WITHDRAWAL): TranscriptState.WITHDRAWN,
    (TranscriptState.WITHDRAWN, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
}


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The standing of a transcript; what each version said is a `TranscriptIssued`, kept as it was."""

    id: UUID
    version: int
    """Counts every change, and is the ETag."""
    state: TranscriptState
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    issue: int = 0
    """Counts the host's words: what the last fact about it calls its version. 0 in a draft."""
    content_hash: str | None = None
    issued_at: datetime | None = None
    hours: Mapping[UUID, int] = field(default_factory=dict)
    """Spent on each unit, as far as the host says so."""
    reason: str | None = field(default=None, repr=False)
    """Why it was corrected or withdrawn, the last time."""


def draft(agreed: LearningAgreementAgreed, id_: UUID) -> Transcript:
    """An agreed learning agreement opens its transcript."""
    return Transcript(
        id=id_,
        version=1,
        state=TranscriptState.DRAFT,
        learning_agreement_id=agreed.learning_agreement_id,
        learner_id=agreed.learner_id,
        home_id=agreed.home_id,
        host_id=agreed.host_id,
    )


def count_hours(transcript: Transcript, agreement: LearningAgreement, hours: Mapping[UUID, int]) -> Transcript:
    """How long was spent on which agreed unit; the next version says so."""
    if unknown := hours.keys() - {outcome.unit_id for outcome in agreement.outcomes}:
        raise invalid("/units", "not_agreed", f"These were not agreed: {', '.join(sorted(map(str, unknown)))}.")
    return replace(transcript, version=transcript.version + 1, hours=hours)
