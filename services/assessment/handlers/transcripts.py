"""Issuing a transcript by hand."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import transcripts
from services.assessment.domain.transcripts import Transcript
from shared import clock, outbox
from shared.auth import Principal
from shared.preconditions import require_version


async def issue_transcript(tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int) -> Transcript:
    """Under any policy, as soon as it has something new to say."""
    transcript, agreement = await store.lock_transcript(tx, transcript_id, caller)
    agreement.check_host(caller.org)
    require_version(transcript.version, version)
    under_agreement = await store.load_assessments_under(tx, agreement.id, caller)
    issued, issue = transcripts.issue(transcript, agreement, under_agreement.values(), clock.now())
    await store.save_issue(tx, issued, issue)
    await outbox.add(tx, [issue])
    return issued
