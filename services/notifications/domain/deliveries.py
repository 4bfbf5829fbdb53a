"""Deliveries as a state machine: what an endpoint's answer means and when to try again (domain.md 3.6)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

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
subscription is no longer active."""

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
LONGEST_RETRY_AFTER = timedelta(hours=24)

RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


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


@dataclass(frozen=True)
class Answer:
    """What came of one attempt: the HTTP status, or the class of the error that left none."""

    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Settled:
    """What the delivery becomes after an attempt."""

    state: DeliveryState
    failures: int
    next_attempt_at: datetime | None


def is_gone(answer: Answer) -> bool:
    """Whether the endpoint says that it wants nothing more, ever (Standard Webhooks)."""
    return answer.status == HTTPStatus.GONE


def verdict(answer: Answer, failures: int) -> Verdict:
    """`failures` counts those before this attempt. A redirect is a failure: it is never followed."""
    status = answer.status
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 - the class of success, RFC 9110, 15.3
        return Verdict.SUCCEED
    if status is not None and 400 <= status < 500 and status not in RETRIED:  # noqa: PLR2004 - RFC 9110, 15.5
        return Verdict.GIVE_UP
    return Verdict.TRY_AGAIN if failures + 1 < ATTEMPTS else Verdict.GIVE_UP


def settle(answer: Answer, failures: int, at: datetime, chance: float) -> Settled:
    """What an attempt of a delivery with so many failures before leads to; `chance` is from 0 to 1."""
    decided = verdict(answer, failures)
    state = OUTCOMES[decided]
    match decided:
        case Verdict.SUCCEED:
            return Settled(state, failures, None)
        case Verdict.GIVE_UP:
            return Settled(state, failures + 1, None)
        case Verdict.TRY_AGAIN:
            return Settled(state, failures + 1, at + _wait(answer, failures, chance))


def _wait(answer: Answer, failures: int, chance: float) -> timedelta:
    """The schedule's wait with jitter; longer if the endpoint asked for that, within reason."""
    asked = min(answer.retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return max(DELAYS[failures], asked) * (1 + JITTER * chance)


def redeliver(delivery: Delivery, subscription: SubscriptionState, at: datetime) -> Delivery:
    """Send it again from the start of the schedule; `WrongState` while it is under way, or if nobody hears any more."""
    if subscription is not SubscriptionState.ACTIVE:
        raise WrongState(f"subscription_{subscription}", [])
    state = following(TRANSITIONS, delivery.state, Command.REDELIVER)
    return replace(delivery, state=state, version=delivery.version + 1, failures=0, next_attempt_at=at)
