"""Changes of what was agreed, before and during the stay."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import changing
from services.agreements.domain.agreeing import Outcome
from services.agreements.domain.change_reasons import Reason
from services.agreements.domain.changes import asks_for_more
from services.agreements.domain.changing import ChangeEnding
from services.agreements.domain.coverage import check_comparable
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import Command, Frame, LearningAgreement, Signature, State
from services.agreements.domain.revisions import Seen
from services.agreements.domain.writing import check_writable, with_parts_marked
from services.agreements.handlers.drafting import check_content
from services.agreements.handlers.frames import check_may_sign, frame_of, locked, reference_of, side_of
from services.agreements.handlers.stays import schedule_start
from shared import clock, outbox
from shared.auth import Principal
from shared.contracts.agreements import Side

Drop = Callable[[LearningAgreement, Side, datetime], Outcome]


async def propose_change(
    tx: AsyncConnection,
    caller: Principal,
    learning_agreement_id: UUID,
    version: int,
    terms: Terms,
    reasons: tuple[Reason, ...],
) -> LearningAgreement:
    """The whole new content and why; an open proposal gives way to it."""
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    number = await store.last_content_version(tx, agreement) + 1
    side, known = side_of(caller, agreement), await reference_of(tx, terms)
    terms = with_parts_marked(terms, known)
    proposed, differences, facts = changing.propose(agreement, terms, reasons, side, number, now)
    check_writable(terms, known)
    if asks_for_more(agreement.terms, terms):
        check_comparable(terms, known)
    await store.save_learning_agreement(tx, proposed)
    if agreement.proposal:
        replaced = ChangeEnding(outcome=changing.Outcome.REPLACED, side=side, ended_at=now)
        await store.end_change(tx, agreement.id, replaced)
    await store.add_change(tx, proposed, differences)
    await outbox.add(tx, facts)
    return proposed


async def sign_change(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    """Whose turn it is, the proposal says; for whom the caller signs, the token."""
    agreement = await locked(tx, caller, learning_agreement_id, version)
    side = side_of(caller, agreement)
    return await _sign(tx, caller, agreement, side, seen, await _frame(tx, caller, agreement, side))


async def sign_change_for_learner(
    tx: AsyncConnection, learner: Principal, learning_agreement_id: UUID, side: Side, seen: Seen
) -> LearningAgreement:
    """The learner's or the guardian's signature through a signing link, as `sign_for_learner`."""
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, learner, for_update=True)
    return await _sign(tx, learner, agreement, side, seen, None)


async def reject_change(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    drop = changing.reject
    return await _drop(tx, caller, learning_agreement_id, version, reason, changing.Outcome.REJECTED, drop)


async def withdraw_change(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    drop = changing.withdraw
    return await _drop(tx, caller, learning_agreement_id, version, reason, changing.Outcome.WITHDRAWN, drop)


async def _frame(tx: AsyncConnection, caller: Principal, agreement: LearningAgreement, side: Side) -> Frame | None:
    """What an institution signs on; home, which sees all agreements of the learner, answers for their order too."""
    terms = changing.proposal_of(agreement, Command.SIGN_CHANGE).terms
    if side is Side.HOME:
        await check_content(tx, caller, agreement.id, terms)
    return await _made_under(tx, caller, agreement, terms) if side in {Side.HOME, Side.HOST} else None


async def _made_under(tx: AsyncConnection, caller: Principal, agreement: LearningAgreement, terms: Terms) -> Frame:
    """What gives up or shortens may name the content of the memorandum that it was agreed under, amended since."""
    frame = await frame_of(tx, caller, agreement.id, terms)
    made_under = agreement.terms.memorandum_id, agreement.terms.memorandum_version
    amended = terms.memorandum_version != frame.memorandum.revision.number
    if not amended or (terms.memorandum_id, terms.memorandum_version) != made_under:
        return frame
    version = await store.load_version(tx, terms.memorandum_id, terms.memorandum_version, caller)
    then = replace(frame.memorandum, revision=version.revision, terms=version.terms)
    return replace(frame, amended_since=then)


async def _sign(
    tx: AsyncConnection,
    caller: Principal,
    agreement: LearningAgreement,
    side: Side,
    seen: Seen,
    frame: Frame | None,
) -> LearningAgreement:
    now = clock.now()
    if side in {Side.LEARNER, Side.GUARDIAN}:
        await check_may_sign(tx, caller, agreement)
    signed, facts = changing.sign(agreement, Signature(side, caller.sub, now), seen, frame)
    await store.save_learning_agreement(tx, signed)
    if signed.proposal is None:
        agreed = ChangeEnding(outcome=changing.Outcome.AGREED, side=side, ended_at=now)
        await store.end_change(tx, agreement.id, agreed)
    if signed.proposal is None and signed.state is State.AGREED:
        await schedule_start(tx, signed)
    await outbox.add(tx, facts)
    return signed


async def _drop(
    tx: AsyncConnection,
    caller: Principal,
    learning_agreement_id: UUID,
    version: int,
    reason: str,
    outcome: changing.Outcome,
    drop: Drop,
) -> LearningAgreement:
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    side = side_of(caller, agreement)
    dropped, facts = drop(agreement, side, now)
    await store.save_learning_agreement(tx, dropped)
    ending = ChangeEnding(outcome=outcome, side=side, reason=reason, ended_at=now)
    await store.end_change(tx, agreement.id, ending)
    await outbox.add(tx, facts)
    return dropped
