"""Making decisions again that a rule made, from what is stored; nothing is written."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.decisions import Decision
from services.recognition.domain.known import Known, NotKnownYetError
from services.recognition.domain.recall import Recalled, make_again
from services.recognition.handlers.apart import apart
from shared.contracts.assessment import TranscriptIssued

NOT_KEPT = "decided before transcripts were kept"


async def make_decisions_again(tx: AsyncConnection, after: UUID, at_most: int) -> list[Recalled]:
    """The next ones after this decision, in the order in which they were made; empty if there are no more."""
    decisions = await store.next_decisions_by_rule(tx, after, at_most)
    unreadable: list[Recalled] = []

    async def note(_: AsyncConnection, decision: Decision, error: Exception) -> None:
        unreadable.append(Recalled(decision.decision_id, (f"what it rests on cannot be read: {error}",)))

    made = await apart(tx, decisions, _make_again, note)
    return sorted(made + unreadable, key=lambda one: one.decision_id)


async def _make_again(tx: AsyncConnection, decisions: Sequence[Decision]) -> list[Recalled]:
    transcripts = await store.find_transcripts(tx, [(one.transcript_id, one.transcript_version) for one in decisions])
    known = await store.find_known(tx, list(transcripts.values()))
    return [_one(known, transcripts.get((one.transcript_id, one.transcript_version)), one) for one in decisions]


def _one(known: Known, transcript: TranscriptIssued | None, decision: Decision) -> Recalled:
    if transcript is None:
        return Recalled(decision.decision_id, not_compared=(NOT_KEPT,))
    try:
        return make_again(known, transcript, decision)
    except NotKnownYetError as missing:
        return Recalled(decision.decision_id, (f"what it rests on is not there: {missing.key}",))
