"""What attempts mean for the subscription: proven, gone, failing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import health, subscriptions
from services.notifications.domain.answers import asked_to_wait, is_down, is_gone, succeeded
from services.notifications.domain.health import DISABLED_AFTER, WARNED_AFTER, WELL, Outcomes
from services.notifications.domain.subscriptions import TRANSITIONS, Command
from services.notifications.store import Attempt
from shared import clock, outbox

AT_ONCE = 100


def tells_of_its_subscription(attempt: Attempt) -> bool:
    """Most do not: what is sent to an endpoint that was well is received."""
    return attempt.claimed.failing or attempt.claimed.is_ping or not succeeded(attempt.answer)


async def note_outcomes(tx: AsyncConnection, attempts: Sequence[Attempt]) -> None:
    """What these attempts mean for their subscriptions."""
    gone = {one.claimed.subscription_id for one in attempts if is_gone(one.answer)}
    proven = {one.claimed.subscription_id for one in attempts if one.claimed.is_ping and succeeded(one.answer)}
    sent = [one for one in attempts if not one.claimed.is_ping]
    telling = {one.claimed.subscription_id for one in sent if tells_of_its_subscription(one)}
    await _note_health(tx, {one: _outcomes(one, sent) for one in telling})
    await _verify(tx, proven)
    await _disable(tx, gone)


def _outcomes(subscription_id: UUID, attempts: Sequence[Attempt]) -> Outcomes:
    answers = [one.answer for one in attempts if one.claimed.subscription_id == subscription_id]
    kinds = Counter("succeeded" if succeeded(one) else "down" if is_down(one) else "refused" for one in answers)
    return Outcomes(**kinds, asked=max(map(asked_to_wait, answers)))


async def _note_health(tx: AsyncConnection, outcomes: Mapping[UUID, Outcomes]) -> None:
    for subscription_id, before in (await store.lock_health(tx, outcomes)).items():
        after = health.after(before, outcomes[subscription_id], clock.now())
        await store.save_health(tx, subscription_id, after)


async def _verify(tx: AsyncConnection, subscription_ids: Collection[UUID]) -> None:
    for subscription in await store.lock_subscriptions(tx, subscription_ids):
        if (subscription.state, Command.VERIFY) in TRANSITIONS:
            verified, facts = subscriptions.verify(subscription)
            await store.save_subscription(tx, verified)
            await outbox.add(tx, facts)
        await store.save_health(tx, subscription.id, WELL)


async def _disable(tx: AsyncConnection, subscription_ids: Collection[UUID]) -> None:
    for subscription in await store.lock_subscriptions(tx, subscription_ids):
        if (subscription.state, Command.DISABLE) in TRANSITIONS:
            failed = await store.count_dead_letters(tx, subscription.id)
            disabled, facts = subscriptions.disable(subscription, failed)
            await store.save_subscription(tx, disabled)
            await outbox.add(tx, facts)


async def end_what_only_fails(tx: AsyncConnection) -> int:
    """Disable what only failed for five days, and say of what did for one that it will be; return of how many."""
    now = clock.now()
    over = await store.failing_for(tx, DISABLED_AFTER, now, at_most=AT_ONCE)
    await _disable(tx, over)
    failing = await store.failing_for(tx, WARNED_AFTER, now, at_most=AT_ONCE, warned=False)
    for subscription in await store.lock_subscriptions(tx, failing):
        if subscription.failing_since:
            await outbox.add(tx, subscriptions.warn(subscription, subscription.failing_since))
    await store.mark_warned(tx, failing)
    return len(over) + len(failing)
