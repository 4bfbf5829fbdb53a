"""Subscriptions: what they may ask for, and their life (domain.md 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.entitlement import Reach, Scope
from services.notifications.domain.health import DISABLED_AFTER
from shared.contracts.notifications import (
    SubscriptionDisabled,
    SubscriptionFailing,
    SubscriptionPinged,
    SubscriptionVerified,
)
from shared.contracts.registry import FACTS
from shared.problems import Conflict, ScopeNotGranted, error, refuse
from shared.transitions import following

BOTH_SECRETS_FOR = timedelta(hours=24)
"""After a rotation, so that the receiver has time to take the new one."""


class SubscriptionState(StrEnum):
    REQUESTED = "requested"
    ACTIVE = "active"
    PAUSED = "paused"
    """Goes on being queued, and is not sent."""
    DISABLED = "disabled"
    DELETED = "deleted"


class Command(StrEnum):
    VERIFY = "verify"
    PING = "ping"
    CHANGE = "change"
    ROTATE = "rotate"
    PAUSE = "pause"
    RESUME = "resume"
    REDELIVER = "redeliver"
    DISABLE = "disable"
    DELETE = "delete"


LIVING = (
    SubscriptionState.REQUESTED,
    SubscriptionState.ACTIVE,
    SubscriptionState.PAUSED,
    SubscriptionState.DISABLED,
)
TRANSITIONS = {
    (SubscriptionState.REQUESTED, Command.VERIFY): SubscriptionState.ACTIVE,
    (SubscriptionState.DISABLED, Command.VERIFY): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Command.PING): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Command.PAUSE): SubscriptionState.PAUSED,
    (SubscriptionState.PAUSED, Command.RESUME): SubscriptionState.ACTIVE,
    (SubscriptionState.ACTIVE, Command.REDELIVER): SubscriptionState.ACTIVE,
    (SubscriptionState.PAUSED, Command.REDELIVER): SubscriptionState.PAUSED,
    (SubscriptionState.ACTIVE, Command.DISABLE): SubscriptionState.DISABLED,
    (SubscriptionState.PAUSED, Command.DISABLE): SubscriptionState.DISABLED,
    **{(state, command): state for state in LIVING for command in (Command.CHANGE, Command.ROTATE)},
    **{(state, Command.DELETE): SubscriptionState.DELETED for state in LIVING},
}
"""Verified is a moment, not a state: an endpoint that answers the signed ping is active from then on. One that was
disabled has to prove itself again."""


@dataclass(frozen=True)
class Subscription:
    id: UUID
    owner_id: UUID
    """The institution whose affairs it hears about."""
    url: str
    event_types: tuple[str, ...]
    """None named: all that the owner is entitled to."""
    scope: Scope
    description: str | None
    sealed_secret: bytes
    created_at: datetime
    ordered: bool = False
    """First in, first out for each learner: what fails holds up what comes after it about the same one."""
    sealed_old_secret: bytes | None = None
    old_secret_until: datetime | None = None
    failing_since: datetime | None = None
    state: SubscriptionState = SubscriptionState.REQUESTED
    version: int = 1


def check_event_types(event_types: Sequence[str]) -> None:
    """`Validation` if one of them is never published."""
    refuse(
        error(f"/event_types/{place}", "unknown_event_type", f"There is no {type_!r}.")
        for place, type_ in enumerate(event_types)
        if type_ not in FACTS
    )


def check_scope(asked: Scope, granted: Reach) -> None:
    """`ScopeNotGranted` if it asks for a country or another institution that nobody granted."""
    beyond = [*sorted(asked.countries - granted.countries.keys())]
    beyond += sorted(map(str, asked.institution_ids - granted.institutions.keys()))
    if beyond:
        raise ScopeNotGranted(f"Nobody granted you {', '.join(beyond)}.")


def check_number(existing: int, most: int) -> None:
    """`Conflict` if there is no room for one more."""
    if existing >= most:
        raise Conflict(f"Your institution has {existing} subscriptions, as many as it may. Delete one of them first.")


def require(subscription: Subscription, command: Command) -> None:
    """`WrongState` unless the command is possible."""
    following(TRANSITIONS, subscription.state, command)


def verify(subscription: Subscription) -> tuple[Subscription, list[SubscriptionVerified]]:
    verified = replace(_after(subscription, Command.VERIFY), failing_since=None)
    fact = SubscriptionVerified(subscription_id=verified.id, version=verified.version, owner_id=verified.owner_id)
    return verified, [fact]


def ping(subscription: Subscription) -> SubscriptionPinged:
    """A test for its endpoint alone; it changes nothing about the subscription."""
    return SubscriptionPinged(
        subscription_id=subscription.id, version=subscription.version, owner_id=subscription.owner_id
    )


def change(
    subscription: Subscription, event_types: tuple[str, ...], scope: Scope, description: str | None
) -> Subscription:
    """What it asks for from now on, also of what is queued."""
    changed = _after(subscription, Command.CHANGE)
    return replace(changed, event_types=event_types, scope=scope, description=description)


def rotate(subscription: Subscription, sealed_secret: bytes, at: datetime, *, at_once: bool = False) -> Subscription:
    """Sign with the new secret, and for a while with the one before too; unless it has to end at once.

    `Conflict` while it lasts: of three secrets one would end earlier than was said.
    """
    rotated = replace(_after(subscription, Command.ROTATE), sealed_secret=sealed_secret)
    if at_once:
        return replace(rotated, sealed_old_secret=None, old_secret_until=None)
    if subscription.old_secret_until and subscription.old_secret_until > at:
        until = f"{subscription.old_secret_until:%Y-%m-%dT%H:%M:%SZ}"
        raise Conflict(f"The secret before signs until {until}: rotate after that, or with at_once.")
    return replace(rotated, sealed_old_secret=subscription.sealed_secret, old_secret_until=at + BOTH_SECRETS_FOR)


def pause(subscription: Subscription) -> Subscription:
    return _after(subscription, Command.PAUSE)


def resume(subscription: Subscription) -> Subscription:
    return _after(subscription, Command.RESUME)


def warn(subscription: Subscription, failing_since: datetime) -> list[SubscriptionFailing]:
    fact = SubscriptionFailing(
        subscription_id=subscription.id,
        version=subscription.version,
        owner_id=subscription.owner_id,
        failing_since=failing_since,
        disabled_at=failing_since + DISABLED_AFTER,
    )
    return [fact]


def disable(subscription: Subscription, failed_deliveries: int) -> tuple[Subscription, list[SubscriptionDisabled]]:
    disabled = _after(subscription, Command.DISABLE)
    fact = SubscriptionDisabled(
        subscription_id=disabled.id,
        version=disabled.version,
        owner_id=disabled.owner_id,
        failed_deliveries=failed_deliveries,
    )
    return disabled, [fact]


def delete(subscription: Subscription) -> Subscription:
    return _after(subscription, Command.DELETE)


def _after(subscription: Subscription, command: Command) -> Subscription:
    state = following(TRANSITIONS, subscription.state, command)
    return replace(subscription, state=state, version=subscription.version + 1)
