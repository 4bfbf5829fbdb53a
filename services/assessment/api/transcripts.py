from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.assessment import handlers, store
from services.assessment.api.fields import ReasonBody, distinct
from services.assessment.api.report_bodies import UNIT
from services.assessment.domain.transcripts import Transcript, TranscriptState
from shared.auth import Caller, Principal, allow
from shared.bodies import Body
from shared.contracts.assessment import TranscriptCorrected, TranscriptIssued
from shared.entity_tags import IfMatch, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("transcripts")

Examiner = Annotated[Principal, allow("examiner")]


class TranscriptAnswer(BaseModel):
    """How a transcript stands; what it says is in its versions, `/transcripts/{id}/versions/{issue}`."""

    model_config = ConfigDict(from_attributes=True)

    transcript_id: UUID = Field(validation_alias="id")
    version: int = Field(description="Counts every change; the ETag")
    state: TranscriptState
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    issue: int = Field(description="Counts the host's words, issues, corrections and withdrawals; 0 in a draft")
    content_hash: str | None = Field(description="Of the last issue or correction")
    issued_at: datetime | None
    hours: dict[UUID, int] = Field(description="By unit")
    reason: str | None = Field(description="Why it was corrected or withdrawn the last time")


class UnitHoursBody(Body):
    unit_id: UUID
    hours: Annotated[int, Field(strict=True, ge=1, le=20_000)]


class HoursRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"units": [{"unit_id": UNIT, "hours": 120}]}]})

    units: Annotated[list[UnitHoursBody], Field(max_length=50), distinct("unit_id")]

    def hours(self) -> dict[UUID, int]:
        return {one.unit_id: one.hours for one in self.units}


def answer(response: Response, transcript: Transcript) -> TranscriptAnswer:
    set_etag(response, transcript.version)
    return TranscriptAnswer.model_validate(transcript)


@router.get("/transcripts")
async def list_transcripts(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    learning_agreement_id: Annotated[UUID | None, Query()] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
) -> Page[TranscriptAnswer]:
    """A learner's own; for others those in which their institution is home or host."""
    found = await store.list_transcripts(
        tx, caller, pager.wanted, learning_agreement_id=learning_agreement_id, learner_id=learner_id
    )
    return pager.page(found.map(TranscriptAnswer.model_validate))


@router.get("/transcripts/{transcript_id}")
async def get_transcript(transcript_id: UUID, caller: Caller, response: Response, tx: Transaction) -> TranscriptAnswer:
    return answer(response, await store.load_transcript(tx, transcript_id, caller))


@router.get("/transcripts/{transcript_id}/versions/{version}")
async def get_transcript_version(
    transcript_id: UUID,
    version: Annotated[int, Path(ge=1, le=999_999_999, description="The number of the issue")],
    caller: Caller,
    response: Response,
    tx: Transaction,
) -> TranscriptCorrected | TranscriptIssued:
    """What an issue or a correction said: every assessment that stood by then. It never changes."""
    said = await store.load_transcript_version(tx, transcript_id, version, caller)
    set_etag(response, said.version)
    return said


@router.put("/transcripts/{transcript_id}/hours")
async def count_hours(
    transcript_id: UUID,
    body: HoursRequest,
    caller: Annotated[Principal, allow("examiner", "coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> TranscriptAnswer:
    """Say as the host how many hours the learner spent on each unit; the next version of the transcript has them."""
    return answer(response, await handlers.count_hours(tx, caller, transcript_id, version, body.hours()))


@router.post("/transcripts/{transcript_id}/issuance")
async def issue_transcript(
    transcript_id: UUID,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> TranscriptAnswer:
    """Issue it for the host with every assessment confirmed so far, once there is something that the last did not say.

    Also after a withdrawal, which ends with it.
    """
    return answer(response, await handlers.issue_transcript(tx, caller, transcript_id, version))


@router.post("/transcripts/{transcript_id}/correction")
async def correct_transcript(
    transcript_id: UUID,
    body: ReasonBody,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> TranscriptAnswer:
    """Put for the host, for a reason, a version as things stand now in the place of one that was wrong.

    The annulment or the review of an assessment does this by itself. Nothing that was issued is ever edited.
    """
    return answer(response, await handlers.correct_transcript(tx, caller, transcript_id, version, body.reason))


@router.post("/transcripts/{transcript_id}/withdrawal")
async def withdraw_transcript(
    transcript_id: UUID,
    body: ReasonBody,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> TranscriptAnswer:
    """Take the host's word back, for a reason. It is not issued by itself any more, only by hand."""
    return answer(response, await handlers.withdraw_transcript(tx, caller, transcript_id, version, body.reason))
