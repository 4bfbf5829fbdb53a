"""The transcript: the host's official word under one learning agreement, cumulative, in immutable issues.

When it is issued is for the agreement to say (domain.md 3.3, What counts as "the partner validates").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.assessment.domain.assessments import Assessment, State, value_of
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from shared.contracts.agreements import LearningAgreementAgreed, TranscriptPolicy
from shared.contracts.assessment import Result, TranscriptIssued, transcript_hash
from shared.problems import Conflict
from shared.transitions import following


class TranscriptState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


class TranscriptCommand(StrEnum):
    """Named as the sub-resource that carries it."""

    ISSUANCE = "issuance"


TRANSCRIPT_TRANSITIONS: Mapping[tuple[TranscriptState, TranscriptCommand], TranscriptState] = {
    (TranscriptState.DRAFT, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
    (TranscriptState.ISSUED, TranscriptCommand.ISSUANCE): TranscriptState.ISSUED,
}


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The standing of a transcript; what each issue said is a `TranscriptIssued`, kept as it was."""

    id: UUID
    version: int
    """Counts every change, and is the ETag."""
    state: TranscriptState
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    issue: int = 0
    """Counts the issues: what the last `TranscriptIssued` calls its version. 0 in a draft."""
    content_hash: str | None = None
    issued_at: datetime | None = None


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


def is_due(agreement: LearningAgreement, assessments: Iterable[Assessment]) -> bool:
    """Whether the agreement wants the transcript issued, now that another assessment is confirmed."""
    policy = agreement.transcript_policy
    return policy is TranscriptPolicy.ON_CONFIRMATION or (
        policy is TranscriptPolicy.ON_COMPLETION and _is_complete(agreement, list(assessments))
    )


def _is_complete(agreement: LearningAgreement, assessments: list[Assessment]) -> bool:
    """Whether no assessment is open and each agreed outcome was assessed, with whatever result."""
    assessed = {
        HostOutcome(covered.unit_id, covered.outcome_id)
        for assessment in assessments
        for covered in assessment.results
        if covered.result is not Result.NOT_ASSESSED
    }
    return all(one.state is State.CONFIRMED for one in assessments) and agreement.outcomes <= assessed


def issue(
    transcript: Transcript, agreement: LearningAgreement, assessments: Iterable[Assessment], at: datetime
) -> tuple[Transcript, TranscriptIssued]:
    """The next issue, with every assessment confirmed so far; `Conflict` when it would say nothing new."""
    state = following(TRANSCRIPT_TRANSITIONS, transcript.state, TranscriptCommand.ISSUANCE)
    confirmed = [value_of(assessment) for assessment in assessments if assessment.state is State.CONFIRMED]
    content: dict[str, Any] = {
        "learner_id": transcript.learner_id,
        "learning_agreement_id": agreement.id,
        "learning_agreement_version": agreement.content_version,
        "host_id": transcript.host_id,
        "assessments": tuple(sorted(confirmed, key=lambda value: value.assessment_id)),
    }
    content_hash = transcript_hash(**content)
    if not confirmed or content_hash == transcript.content_hash:
        raise Conflict("No assessment was confirmed since the last issue.")
    issued = replace(
        transcript,
        version=transcript.version + 1,
        state=state,
        issue=transcript.issue + 1,
        content_hash=content_hash,
        issued_at=at,
    )
    fact = TranscriptIssued(
        transcript_id=issued.id,
        version=issued.issue,
        content_hash=content_hash,
        home_id=issued.home_id,
        issued_at=at,
        **content,
    )
    return issued, fact
