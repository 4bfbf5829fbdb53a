"""What took place is written down and signed; what home decided on it closes the agreement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import complementing
from services.agreements.domain.complements import Account
from services.agreements.domain.learning_agreements import LearningAgreement, Signature
from services.agreements.domain.revisions import Seen
from services.agreements.handlers.frames import HOST, check_may_sign, locked, side_of
from shared import clock, outbox
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.contracts.recognition import ReviewRequired
from shared.envelope import Event
from shared.preconditions import require_institution
from shared.problems import Forbidden


class UnitDecided(Protocol):
    """What each fact of recognition has by which home decides on a unit, however it decides."""

    @property
    def learning_agreement_id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID: ...
    @property
    def decided_at(self) -> datetime: ...


async def draft_complement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, account: Account
) -> LearningAgreement:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    drafted = complementing.draft(agreement, account)
    await store.save_learning_agreement(tx, drafted)
    return drafted


async def sign_complement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    side = side_of(caller, agreement)
    if side is Side.HOME:
        raise Forbidden("The learner and the hosting institution sign what took place.")
    return await _sign(tx, caller, agreement, side, seen)


async def sign_complement_for_learner(
    tx: AsyncConnection, learner: Principal, learning_agreement_id: UUID, seen: Seen
) -> LearningAgreement:
    """The learner's signature through a signing link, as `sign_for_learner`."""
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, learner, for_update=True)
    return await _sign(tx, learner, agreement, Side.LEARNER, seen)


async def keep_unit_decisions(tx: AsyncConnection, events: Sequence[Event[UnitDecided]]) -> None:
    """Close what waited for these; what is not complemented yet is closed when it is."""
    decided = [
        (event.data.learning_agreement_id, event.data.unit_id, event.type, event.data.decided_at) for event in events
    ]
    await store.keep_unit_decisions(tx, decided)
    causes = {event.data.learning_agreement_id: event for event in events}
    agreements = await store.lock_learning_agreements(tx, causes)
    units = await store.decided_units(tx, causes)
    said = []
    for agreement in agreements:
        closed, facts = complementing.close(agreement, units[agreement.id], clock.now())
        if facts:
            await store.save_learning_agreement(tx, closed)
            said += outbox.said(facts, cause=causes[agreement.id])
    await outbox.add_events(tx, said)


async def keep_reviews(tx: AsyncConnection, events: Sequence[Event[ReviewRequired]]) -> None:
    """What home has to decide anew is decided no more; an agreement that is closed stays so.

    A revocation opens nothing: unless a review follows, there is nothing left to decide (domain.md 3.2).
    """
    await store.lock_learning_agreements(tx, {event.data.learning_agreement_id for event in events})
    await store.forget_unit_decisions(tx, [(event.data.learning_agreement_id, event.data.unit_id) for event in events])


async def _sign(
    tx: AsyncConnection, caller: Principal, agreement: LearningAgreement, side: Side, seen: Seen
) -> LearningAgreement:
    now = clock.now()
    if side is Side.LEARNER:
        await check_may_sign(tx, caller, agreement)
    signed, facts = complementing.sign(agreement, Signature(side, caller.sub, now), seen)
    await store.save_learning_agreement(tx, signed)
    await outbox.add(tx, facts)
    units = await store.decided_units(tx, [agreement.id])
    closed, facts_then = complementing.close(signed, units[agreement.id], now)
    if facts_then:
        await store.save_learning_agreement(tx, closed)
        await outbox.add(tx, facts_then)
    return closed
