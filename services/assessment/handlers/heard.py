"""What `agreements` said, kept as far as assessments depend on it; and what follows from it here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import issuing
from services.assessment.domain.planning import planned_in
from services.assessment.domain.transcripts import draft
from shared import clock, outbox
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    LearningAgreementChanged,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
    MemorandumActivated,
)
from shared.envelope import Event
from shared.named_ids import id_from, ids_from


async def keep_memoranda(tx: AsyncConnection, events: Sequence[Event[MemorandumActivated]]) -> None:
    await store.keep_memoranda(tx, [event.data for event in events])


async def open_transcripts(tx: AsyncConnection, events: Sequence[Event[LearningAgreementAgreed]]) -> None:
    """What was agreed is kept, each agreement gets its one transcript, and what it plans to assess is planned."""
    agreed = [event.data for event in events]
    await _keep(tx, agreed)
    if any(one.assessments for one in agreed):
        await _plan(tx, agreed)


async def keep_changes(tx: AsyncConnection, events: Sequence[Event[LearningAgreementChanged]]) -> None:
    """The same; what the changed plan has no more is obsolete, and that may be all that a transcript waited for."""
    changed = [event.data for event in events]
    await _keep(tx, changed)
    # Transcripts are locked before assessments, as everywhere, so that nobody waits in a circle.
    locked = await store.lock_transcripts(tx, store.under([one.learning_agreement_id for one in changed]), None)
    await _plan(tx, changed)
    await _issue_what_is_due(tx, locked, events)


async def keep_starts(tx: AsyncConnection, events: Sequence[Event[LearningAgreementStarted]]) -> None:
    await store.keep_starts(tx, [event.data for event in events])


async def keep_completions(tx: AsyncConnection, events: Sequence[Event[LearningAgreementCompleted]]) -> None:
    await store.keep_completions(tx, [event.data for event in events])


async def keep_interruptions(tx: AsyncConnection, events: Sequence[Event[LearningAgreementInterrupted]]) -> None:
    """What was achieved until then is assessed and transcribed like anything else (domain.md 3.2)."""
    await store.keep_interruptions(tx, [event.data for event in events])


async def keep_cancellations(tx: AsyncConnection, events: Sequence[Event[LearningAgreementCancelled]]) -> None:
    """What the agreement planned and nobody has begun is obsolete."""
    cancelled = [event.data for event in events]
    await store.keep_cancellations(tx, cancelled)
    await store.retire(tx, [one.learning_agreement_id for one in cancelled], [])


async def _keep(tx: AsyncConnection, agreed: Sequence[LearningAgreementAgreed]) -> None:
    await store.keep_agreed(tx, agreed)
    await store.open_transcripts(tx, [draft(one, id_from(one.learning_agreement_id, "transcript")) for one in agreed])


async def _plan(tx: AsyncConnection, agreed: Sequence[LearningAgreementAgreed]) -> None:
    """By the content in force alone: an older one, heard later, plans nothing any more."""
    in_force = await store.find_current(tx, [(one.learning_agreement_id, one.content_version) for one in agreed])
    current = [one for one in agreed if (one.learning_agreement_id, one.content_version) in in_force]
    planned = [
        assessment
        for one in current
        for assessment in planned_in(one, ids_from(one.learning_agreement_id, "plan", one.content_version))
    ]
    await store.keep_planned(tx, planned)
    await store.retire(tx, [one.learning_agreement_id for one in current], planned)


async def _issue_what_is_due(
    tx: AsyncConnection, locked: Mapping[UUID, store.Locked], events: Sequence[Event[LearningAgreementChanged]]
) -> None:
    at, causes = clock.now(), {event.data.learning_agreement_id: event for event in events}
    under = await store.load_assessments_of(tx, locked, None)
    last = await store.load_last_versions(tx, [transcript for transcript, _ in locked.values()])
    issues = [
        followed
        for id_, (transcript, agreement) in locked.items()
        if (followed := issuing.follow_up(transcript, agreement, under[id_].values(), last.get(transcript.id), "", at))
    ]
    await store.save_issues(tx, issues, None)
    said = [outbox.said([issue], cause=causes[issue.learning_agreement_id]) for _, issue in issues]
    await outbox.add_events(tx, [event for events in said for event in events])
