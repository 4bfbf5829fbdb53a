"""The stay abroad: it begins and ends, or there is none."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import agreeing, changing, stays
from services.agreements.domain.agreeing import Outcome
from services.agreements.domain.changing import ChangeEnding
from services.agreements.domain.learning_agreements import Ending, LearningAgreement
from services.agreements.handlers.frames import HOST, locked, side_of
from shared import clock, outbox
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.preconditions import require_institution
from shared.problems import Forbidden

AGGREGATE, START = "learning_agreement", "start"


async def schedule_start(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    """Let the clock start what is agreed; a change may have put it off."""
    due_at = stays.starts_by_clock_at(agreement)
    if due_at is None:
        await store.unschedule(tx, agreement.id, START)
    else:
        await store.schedule(tx, AGGREGATE, agreement.id, START, due_at)


async def start_on_time(tx: AsyncConnection, learning_agreement_id: UUID, _due_at: datetime) -> None:
    """Nobody has said by its first day that the learner came."""
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, None, for_update=True)
    await _keep(tx, stays.start_by_clock(agreement))


async def start_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, started_on: date
) -> LearningAgreement:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    started = await _keep(tx, stays.start(agreement, started_on, clock.now()))
    await store.unschedule(tx, agreement.id, START)
    return started


async def complete_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, completed_on: date
) -> LearningAgreement:
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    require_institution(caller, agreement.terms.host_id, HOST)
    completed = await _keep(tx, stays.complete(agreement, completed_on, now))
    await _lapse_change(tx, agreement, now)
    return completed


async def interrupt_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, last_day: date, reason: str
) -> LearningAgreement:
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    ending = Ending(_institution(caller, agreement), reason, now)
    interrupted = await _keep(tx, stays.interrupt(agreement, last_day, ending, now))
    await _lapse_change(tx, agreement, now)
    return interrupted


async def cancel_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    """Home at any time; the host once it has agreed, for until then it rejects."""
    agreement, now = await locked(tx, caller, learning_agreement_id, version), clock.now()
    side = _institution(caller, agreement)
    if side is Side.HOST and agreement.signature_of(Side.HOST) is None:
        raise Forbidden("Until it is agreed only the home institution may do this; the hosting institution rejects.")
    cancelled = await _keep(tx, agreeing.cancel(agreement, Ending(side, reason, now), now))
    await store.unschedule(tx, agreement.id, START)
    await _lapse_change(tx, agreement, now)
    return cancelled


def _institution(caller: Principal, agreement: LearningAgreement) -> Side:
    side = side_of(caller, agreement)
    if side is Side.LEARNER:
        raise Forbidden("Only the home and the hosting institution may do this.")
    return side


async def _lapse_change(tx: AsyncConnection, agreement: LearningAgreement, now: datetime) -> None:
    if agreement.proposal:
        await store.end_change(tx, agreement.id, ChangeEnding(outcome=changing.Outcome.LAPSED, ended_at=now))


async def _keep(tx: AsyncConnection, outcome: Outcome) -> LearningAgreement:
    agreement, facts = outcome
    await store.save_learning_agreement(tx, agreement)
    await outbox.add(tx, facts)
    return agreement
