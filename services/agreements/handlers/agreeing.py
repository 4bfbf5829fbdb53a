"""From a draft to an agreement, or to an end before it."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import agreeing
from services.agreements.domain.agreeing import Outcome
from services.agreements.domain.learning_agreements import ChangeRequest, Ending, LearningAgreement
from services.agreements.domain.revisions import Seen
from services.agreements.handlers.frames import HOME, HOST, check_may_sign, frame_of, locked
from services.agreements.handlers.stays import schedule_start
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.preconditions import require_institution
from shared.problems import Forbidden


async def sign_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    """First the learner, then home: whose signature it is, the caller's token says."""
    agreement = await locked(tx, caller, learning_agreement_id, version)
    if "learner" in caller.roles and caller.learner_id == agreement.terms.learner_id:
        await check_may_sign(tx, caller, agreement)
        return await _keep(tx, agreeing.sign_as_learner(agreement, caller.sub, seen, clock.now()))
    if "signatory" in caller.roles and caller.org == agreement.terms.home_id:
        frame = await frame_of(tx, caller, agreement.id, agreement.terms)
        return await _keep(tx, agreeing.sign_as_home(agreement, caller.sub, seen, frame, clock.now()))
    raise Forbidden("The learner and the home institution sign; the hosting institution approves.")


async def sign_for_learner(
    tx: AsyncConnection, learner: Principal, learning_agreement_id: UUID, side: Side, seen: Seen
) -> LearningAgreement:
    """The learner's or the guardian's signature through a signing link.

    `learner.sub` says which link it was. The link itself is what keeps it from being used twice, so no version is asked
    for: a signature is bound to the content that was seen anyway.
    """
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, learner, for_update=True)
    await check_may_sign(tx, learner, agreement)
    sign = {Side.LEARNER: agreeing.sign_as_learner, Side.GUARDIAN: agreeing.sign_as_guardian}[side]
    return await _keep(tx, sign(agreement, learner.sub, seen, clock.now()))


async def approve_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    frame = await frame_of(tx, caller, agreement.id, agreement.terms)
    agreed = await _keep(tx, agreeing.approve(agreement, caller.sub, seen, frame, clock.now()))
    await schedule_start(tx, agreed)
    return agreed


async def request_changes(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen, text: str
) -> LearningAgreement:
    """The host's comment is kept until the learner is erased."""
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    require_institution(caller, agreement.terms.host_id, HOST)
    outcome = agreeing.request_changes(agreement, seen, now)
    request = ChangeRequest(
        id=ids.new_id(),
        content_version=seen.content_version,
        content_hash=seen.content_hash,
        text=text,
        requested_by=caller.sub,
        requested_at=now,
    )
    await store.add_change_request(tx, agreement.id, request)
    return await _keep(tx, outcome)


async def reject_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    return await _end(tx, caller, learning_agreement_id, version, reason, Side.HOST, agreeing.reject)


async def withdraw_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    return await _end(tx, caller, learning_agreement_id, version, reason, Side.HOME, agreeing.withdraw)


async def _end(
    tx: AsyncConnection,
    caller: Principal,
    learning_agreement_id: UUID,
    version: int,
    reason: str,
    side: Side,
    end: Callable[..., Outcome],
) -> LearningAgreement:
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    if side is Side.HOME:
        require_institution(caller, agreement.terms.home_id, HOME)
    else:
        require_institution(caller, agreement.terms.host_id, HOST)
    return await _keep(tx, end(agreement, Ending(side, reason, now), now))


async def _keep(tx: AsyncConnection, outcome: Outcome) -> LearningAgreement:
    agreement, facts = outcome
    await store.save_learning_agreement(tx, agreement)
    await outbox.add(tx, facts)
    return agreement
