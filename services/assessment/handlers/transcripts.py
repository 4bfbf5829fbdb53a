"""The host's word, given by hand: issued, corrected, withdrawn."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import issuing, transcripts
from services.assessment.domain.transcripts import Transcript
from shared import clock, outbox
from shared.auth import Principal
from shared.preconditions import require_version


async def issue_transcript(tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int) -> Transcript:
    """Under any policy, as soon as it has something new to say."""
    transcript, agreement = await _locked(tx, caller, transcript_id, version)
    under = await store.load_assessments_under(tx, agreement.id, caller)
    last = (await store.load_last_versions(tx, [transcript])).get(transcript.id)
    issued, said = issuing.issue(transcript, agreement, under.values(), last, clock.now())
    await store.save_issues(tx, [(issued, said)], caller.sub)
    await outbox.add(tx, [said])
    return issued


async def correct_transcript(
    tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int, reason: str
) -> Transcript:
    transcript, agreement = await _locked(tx, caller, transcript_id, version)
    under = await store.load_assessments_under(tx, agreement.id, caller)
    last = (await store.load_last_versions(tx, [transcript])).get(transcript.id)
    corrected, said = issuing.correct(transcript, agreement, under.values(), last, reason, clock.now())
    await store.save_issues(tx, [(corrected, said)], caller.sub)
    await outbox.add(tx, [said])
    return corrected


async def withdraw_transcript(
    tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int, reason: str
) -> Transcript:
    transcript, _ = await _locked(tx, caller, transcript_id, version)
    withdrawn, said = issuing.withdraw(transcript, reason, clock.now())
    await store.save_transcript(tx, withdrawn)
    await outbox.add(tx, [said])
    return withdrawn


async def count_hours(
    tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int, hours: Mapping[UUID, int]
) -> Transcript:
    transcript, agreement = await _locked(tx, caller, transcript_id, version)
    counted = transcripts.count_hours(transcript, agreement, hours)
    await store.save_transcript(tx, counted)
    return counted


async def _locked(tx: AsyncConnection, caller: Principal, transcript_id: UUID, version: int) -> store.Locked:
    transcript, agreement = await store.lock_transcript(tx, transcript_id, caller)
    agreement.check_host(caller.org)
    require_version(transcript.version, version)
    return transcript, agreement
