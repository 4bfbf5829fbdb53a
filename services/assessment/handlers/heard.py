"""What `agreements` said, kept as far as assessments depend on it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain.transcripts import draft
from shared import ids
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
    MemorandumActivated,
)
from shared.envelope import Event


async def keep_memoranda(tx: AsyncConnection, events: Sequence[Event[MemorandumActivated]]) -> None:
    await store.keep_memoranda(tx, [event.data for event in events])


async def open_transcripts(tx: AsyncConnection, events: Sequence[Event[LearningAgreementAgreed]]) -> None:
    """What was agreed or changed is kept, and each agreement gets its one transcript."""
    agreed = [event.data for event in events]
    await store.keep_agreed(tx, agreed)
    await store.open_transcripts(tx, [draft(one, ids.new_id()) for one in agreed])


async def keep_starts(tx: AsyncConnection, events: Sequence[Event[LearningAgreementStarted]]) -> None:
    await store.keep_starts(tx, [event.data for event in events])


async def keep_completions(tx: AsyncConnection, events: Sequence[Event[LearningAgreementCompleted]]) -> None:
    await store.keep_completions(tx, [event.data for event in events])


async def keep_interruptions(tx: AsyncConnection, events: Sequence[Event[LearningAgreementInterrupted]]) -> None:
    """What was achieved until then is assessed and transcribed like anything else (domain.md 3.2)."""
    await store.keep_interruptions(tx, [event.data for event in events])


async def keep_cancellations(tx: AsyncConnection, events: Sequence[Event[LearningAgreementCancelled]]) -> None:
    await store.keep_cancellations(tx, [event.data for event in events])
