"""What the host says in a transcript: cumulative, in immutable versions.

When it is issued is for the agreement to say (domain.md 3.3, What counts as "the partner validates"). A version that
turns out wrong is never edited: another one takes its place.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.assessment.domain.assessments import OPEN, STANDING, Assessment, State
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from services.assessment.domain.transcripts import (
    TRANSCRIPT_TRANSITIONS,
    Transcript,
    TranscriptCommand,
    TranscriptState,
)
from services.assessment.domain.values import value_of
from services.assessment.domain.verdicts import verdicts
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import (
    AssessmentValue,
    Result,
    TranscriptCorrected,
    TranscriptIssued,
    TranscriptWithdrawn,
    transcript_hash,
)
from shared.problems import Conflict
from shared.transitions import following

Outcome = tuple[Transcript, TranscriptIssued]
"""The transcript, and what is said with it."""


def is_due(transcript: Transcript, agreement: LearningAgreement, assessments: Iterable[Assessment]) -> bool:
    """Whether the agreement wants it issued as things stand now; never by itself once it was withdrawn."""
    policy = agreement.transcript_policy
    return transcript.state is not TranscriptState.WITHDRAWN and (
        policy is TranscriptPolicy.ON_CONFIRMATION
        or (policy is TranscriptPolicy.ON_COMPLETION and _is_complete(agreement, list(assessments)))
    )


def _is_complete(agreement: LearningAgreement, assessments: list[Assessment]) -> bool:
    """Whether nothing is open and each agreed outcome was assessed, with whatever result, or the learner was absent."""
    dealt_with = {
        HostOutcome(covered.unit_id, covered.outcome_id)
        for one in assessments
        for covered in one.results
        if one.state is State.ABSENT or (one.state in STANDING and covered.result is not Result.NOT_ASSESSED)
    }
    return all(one.state not in OPEN for one in assessments) and agreement.outcomes <= dealt_with


def has_contested(assessments: Iterable[Assessment]) -> bool:
    """Only then what the next version says depends on what the last one says."""
    return any(one.state is State.CONTESTED for one in assessments)


def issue(
    transcript: Transcript,
    agreement: LearningAgreement,
    assessments: Iterable[Assessment],
    last: TranscriptIssued | None,
    at: datetime,
) -> Outcome:
    """The next version, with every assessment confirmed so far; `Conflict` when it would say nothing new.

    `last`, here and below, is the version that holds; None for a draft and for what was withdrawn, and it does not
    matter here where nothing is contested.
    """
    state = following(TRANSCRIPT_TRANSITIONS, transcript.state, TranscriptCommand.ISSUANCE)
    content = _content(transcript, agreement, assessments, last)
    again = transcript.state is TranscriptState.WITHDRAWN
    if not content["assessments"] or (not again and transcript_hash(**content) == transcript.content_hash):
        raise Conflict("No assessment was confirmed since the last issue, or it is contested and waits for its review.")
    issued = _next(transcript, state, at, content_hash=transcript_hash(**content))
    return issued, TranscriptIssued(**_said(issued), **content)


def correct(
    transcript: Transcript,
    agreement: LearningAgreement,
    assessments: Iterable[Assessment],
    last: TranscriptIssued | None,
    reason: str,
    at: datetime,
) -> tuple[Transcript, TranscriptCorrected]:
    """A version in the place of the last one, for a reason; `Conflict` when it would say the same."""
    state = following(TRANSCRIPT_TRANSITIONS, transcript.state, TranscriptCommand.CORRECTION)
    content = _content(transcript, agreement, assessments, last)
    if transcript_hash(**content) == transcript.content_hash:
        raise Conflict("It would say the same as the version that it is to correct.")
    corrected = _next(transcript, state, at, content_hash=transcript_hash(**content), reason=reason)
    return corrected, TranscriptCorrected(**_said(corrected), **content, corrects_version=transcript.issue)


def withdraw(transcript: Transcript, reason: str, at: datetime) -> tuple[Transcript, TranscriptWithdrawn]:
    """The host takes its word back."""
    state = following(TRANSCRIPT_TRANSITIONS, transcript.state, TranscriptCommand.WITHDRAWAL)
    withdrawn = replace(
        transcript, version=transcript.version + 1, state=state, issue=transcript.issue + 1, reason=reason
    )
    return withdrawn, TranscriptWithdrawn(
        transcript_id=withdrawn.id,
        version=withdrawn.issue,
        withdraws_version=transcript.issue,
        learner_id=withdrawn.learner_id,
        learning_agreement_id=withdrawn.learning_agreement_id,
        home_id=withdrawn.home_id,
        host_id=withdrawn.host_id,
        withdrawn_at=at,
    )


def follow_up(
    transcript: Transcript,
    agreement: LearningAgreement,
    assessments: Iterable[Assessment],
    last: TranscriptIssued | None,
    reason: str,
    at: datetime,
) -> Outcome | None:
    """What follows by itself where something other than a confirmation has changed.

    A correction if that carries what no longer stands; else an issue, if one was waiting for nothing but this.
    """
    assessments = list(assessments)
    to_carry, carried = _values(assessments, last), last.assessments if last else ()
    if any(value not in to_carry for value in carried):
        return correct(transcript, agreement, assessments, last, reason, at)
    if len(to_carry) > len(carried) and is_due(transcript, agreement, assessments):
        return issue(transcript, agreement, assessments, last, at)
    return None


def _values(assessments: Iterable[Assessment], last: TranscriptIssued | None) -> tuple[AssessmentValue, ...]:
    """What is contested stays where it was said already, and is said nowhere else before its review (domain.md R4)."""
    carried = {value.assessment_id for value in last.assessments} if last else frozenset()
    to_carry = [one for one in assessments if one.state in (STANDING if one.id in carried else {State.CONFIRMED})]
    return tuple(sorted(map(value_of, to_carry), key=lambda value: value.assessment_id))


def _content(
    transcript: Transcript,
    agreement: LearningAgreement,
    assessments: Iterable[Assessment],
    last: TranscriptIssued | None,
) -> dict[str, Any]:
    """What is hashed."""
    values = _values(assessments, last)
    return {
        "learner_id": transcript.learner_id,
        "learning_agreement_id": agreement.id,
        "learning_agreement_version": agreement.content_version,
        "host_id": transcript.host_id,
        "assessments": values,
        "period": agreement.period,
        "units": verdicts(agreement.outcomes, values, transcript.hours),
    }


def _next(transcript: Transcript, state: TranscriptState, at: datetime, **changes: Any) -> Transcript:
    return replace(
        transcript,
        version=transcript.version + 1,
        state=state,
        issue=transcript.issue + 1,
        issued_at=at,
        **changes,
    )


def _said(transcript: Transcript) -> dict[str, Any]:
    return {
        "transcript_id": transcript.id,
        "version": transcript.issue,
        "content_hash": transcript.content_hash,
        "home_id": transcript.home_id,
        "issued_at": transcript.issued_at,
    }
