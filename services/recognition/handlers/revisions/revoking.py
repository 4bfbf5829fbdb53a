"""What a revocation entails is shown, and then done exactly so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import revocations
from services.recognition.domain.changes import Changes
from services.recognition.domain.decisions import Decision
from services.recognition.domain.revisions import Revision
from services.recognition.domain.revocations import Consequence, RevocationReason
from services.recognition.handlers.revisions.frames import Matter, matter_of
from shared import ids, outbox
from shared.auth import Principal
from shared.contracts.recognition import ChangeReason
from shared.problems import StaleApproval


@dataclass(frozen=True)
class Preview:
    consequences: Sequence[Consequence]
    token: str


async def preview_revocation(tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int) -> Preview:
    """Locked for a moment, so that all of it belongs together; nothing is written."""
    matter = await matter_of(tx, caller, decision_id, version, Revision.REVOCATION_PREVIEW)
    await store.write_nothing(tx)
    return _preview(matter, _changes(matter, ChangeReason.ERROR))


async def revoke_decision(
    tx: AsyncConnection,
    caller: Principal,
    decision_id: UUID,
    version: int,
    reason: RevocationReason,
    legal_basis: str,
    token: str,
) -> Decision:
    """`StaleApproval` if it would entail anything else than was previewed."""
    matter = await matter_of(tx, caller, decision_id, version, Revision.REVOCATION)
    decision = matter.decision
    changes = _changes(matter, ChangeReason(reason))
    if _preview(matter, changes).token != token:
        raise StaleApproval("What the revocation entails has changed: preview it again.")
    act = revocations.revocation(decision, matter.on_record, reason, legal_basis, caller.sub, matter.at)
    await store.save_changes(tx, decision.learner_id, changes, None)
    await store.add_revocation(tx, act)
    await outbox.add(tx, changes.facts)
    return revocations.revoked(decision)


def _changes(matter: Matter, reason: ChangeReason) -> Changes:
    return revocations.revoke(
        matter.standing, matter.sources, matter.decision, matter.on_record, reason, matter.at, ids.new_id
    )


def _preview(matter: Matter, changes: Changes) -> Preview:
    consequences = revocations.cascade(changes)
    return Preview(consequences, revocations.token(consequences, matter.standing.head))
