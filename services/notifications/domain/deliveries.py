"""Deliveries as a state machine: what an endpoint's answer means and when to try again (domain.md 3.6)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.answers import Answer, asked_to_wait, is_refusal, succeeded
from services.notifications.domain.subscriptions import TRANSITIONS as SUBSCRIPTIONS
from services.notifications.domain.subscriptions import Command as SubscriptionCommand
from services.notifications.domain.subscriptions import SubscriptionState
from shared.problems import WrongState
from shared.transitions import following


class DeliveryState(StrEnum):
    QUEUED = "queued"
    DELIVERING = "delivering"
    RETRY = "retry"
    DELIVERED = "delivered"
    DEAD_LETTER = "dead_letter"


class Verdict(StrEnum):
    """What is to be done after an attempt."""

    SUCCEED = "succeed"
    TRY_AGAIN = "try_again"
    GIVE_UP = "give_up"


class Reason(StrEnum):
    """Why a delivery is a dead letter."""

    REFUSED = "refused"
    """The endpoint's answer will not change."""
    EXHAUSTED = "exhausted"
    """All attempts failed."""
    NOT_ENTITLED = "not_entitled"
    """It was not asked for any more, or no longer granted."""
    SUBSCRIPTION_OVER = "subscription_over"
    FORGOTTEN = "forgotten"
    """The event was older than what is kept."""


class Command(StrEnum):
    REDELIVER = "redeliver"


OUTCOMES = {
    Verdict.SUCCEED: DeliveryState.DELIVERED,
    Verdict.TRY_AGAIN: DeliveryState.RETRY,
    Verdict.GIVE_UP: DeliveryState.DEAD_LETTER,
}
"""What `delivering` ends in."""

TRANSITIONS = {
    (DeliveryState.DELIVERED, Command.REDELIVER): DeliveryState.QUEUED,
    (DeliveryState.DEAD_LETTER, Command.REDELIVER): DeliveryState.QUEUED,
}
"""What a subscriber may ask for. Beside this and the outcomes, the store's claim moves whatever is due to `delivering`:
queued, waiting to be retried, or left behind in `delivering` by a worker that died; to `dead_letter` if the
subscription is over, or no longer entitled."""

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits between ten attempts, about 75 hours in all: Svix's table."""
ATTEMPTS = len(DELAYS) + 1
JITTER = 0.1
"""Share of a wait that chance may add, so that an endpoint that comes back is not hit by everything at once."""

TRIED_ONCE = 1
"""For a ping: whoever waits for it asks again."""


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one subscription."""

    id: UUID
    subscription_id: UUID
    event_id: UUID
    type: str
    state: DeliveryState
    version: int
    failures: int
    """Failed attempts since it was queued last."""
    next_attempt_at: datetime | None
    """When it is due; for `delivering`, when its lease ends. None when nothing more will happen by itself."""
    created_at: datetime
    reason: Reason | None = None
    """For a dead letter."""


@dataclass(frozen=True)
class Settled:
    """What the delivery becomes after an attempt."""

    state: DeliveryState
    failures: int
    next_attempt_at: datetime | None
    reason: Reason | None = None


def verdict(answer: Answer, failures: int, attempts: int = ATTEMPTS) -> Verdict:
    """`failures` counts those before this attempt. A redirect is a failure: it is never followed."""
    if succeeded(answer):
        return Verdict.SUCCEED
    if is_refusal(answer):
        return Verdict.GIVE_UP
    return Verdict.TRY_AGAIN if failures + 1 < attempts else Verdict.GIVE_UP


def settle(answer: Answer, failures: int, at: datetime, chance: float, attempts: int = ATTEMPTS) -> Settled:
    """What an attempt of a delivery with so many failures before leads to; `chance` is from 0 to 1."""
    decided = verdict(answer, failures, attempts)
    state = OUTCOMES[decided]
    match decided:
        case Verdict.SUCCEED:
            return Settled(state, failures, None)
        case Verdict.GIVE_UP:
            return Settled(state, failures + 1, None, Reason.REFUSED if is_refusal(answer) else Reason.EXHAUSTED)
        case Verdict.TRY_AGAIN:
            return Settled(state, failures + 1, at + _wait(answer, failures, chance))


def _wait(answer: Answer, failures: int, chance: float) -> timedelta:
    """The schedule's wait with jitter; longer if the endpoint asked for that, within reason."""
    return max(DELAYS[failures], asked_to_wait(answer)) * (1 + JITTER * chance)


def redeliver(delivery: Delivery, subscription: SubscriptionState, at: datetime) -> Delivery:
    """Send it again from the start of the schedule; `WrongState` while it is under way, or if nobody hears any more."""
    if (subscription, SubscriptionCommand.REDELIVER) not in SUBSCRIPTIONS:
        raise WrongState(f"subscription_{subscription}", [])
    state = following(TRANSITIONS, delivery.state, Command.REDELIVER)
    return replace(delivery, state=state, version=delivery.version + 1, failures=0, next_attempt_at=at, reason=None)
