from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.assessment import handlers, store
from services.assessment.domain.transcripts import TranscriptState
from shared.auth import Caller, Principal, allow
from shared.contracts.assessment import TranscriptIssued
from shared.entity_tags import IfMatch, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("transcripts")


class TranscriptAnswer(BaseModel):
    """How a transcript stands; what it says is in its issues, `/transcripts/{id}/versions/{issue}`."""

    model_config = ConfigDict(from_attributes=True)

    transcript_id: UUID = Field(validation_alias="id")
    version: int = Field(description="Counts every change; the ETag")
    state: TranscriptState
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    issue: int = Field(description="The number of the last issue, from 1; 0 in a draft")
    content_hash: str | None = Field(description="Of the last issue")
    issued_at: datetime | None


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
    transcript = await store.load_transcript(tx, transcript_id, caller)
    set_etag(response, transcript.version)
    return TranscriptAnswer.model_validate(transcript)


@router.get("/transcripts/{transcript_id}/versions/{version}")
async def get_transcript_version(
    transcript_id: UUID,
    version: Annotated[int, Path(ge=1, le=999_999_999, description="The number of the issue")],
    caller: Caller,
    response: Response,
    tx: Transaction,
) -> TranscriptIssued:
    """What an issue said: every assessment that was confirmed by then. It never changes."""
    said = await store.load_transcript_version(tx, transcript_id, version, caller)
    set_etag(response, said.version)
    return said


@router.post("/transcripts/{transcript_id}/issuance")
async def issue_transcript(
    transcript_id: UUID,
    caller: Annotated[Principal, allow("examiner")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> TranscriptAnswer:
    """Issue it with every assessment confirmed so far, once there is one that the last issue did not carry."""
    issued = await handlers.issue_transcript(tx, caller, transcript_id, version)
    set_etag(response, issued.version)
    return TranscriptAnswer.model_validate(issued)
