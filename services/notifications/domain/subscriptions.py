"""Subscriptions: what they may ask for, and their life (domain.md 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.notifications import SubscriptionDisabled
from shared.contracts.registry import FACTS
from shared.problems import ScopeNotGranted, error, refuse
from shared.transitions import following


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


class Command(StrEnum):
    DISABLE = "disable"
    DELETE = "delete"


TRANSITIONS = {
    (SubscriptionState.ACTIVE, Command.DISABLE): SubscriptionState.DISABLED,
    (SubscriptionState.ACTIVE, Command.DELETE): SubscriptionState.DELETED,
    (SubscriptionState.DISABLED, Command.DELETE): SubscriptionState.DELETED,
}


@dataclass(frozen=True)
class Scope:
    """What a subscription is narrowed to, besides the owner's own affairs and the catalogue.

    `countries` opens recognition decisions there to a competent body. With `qualification_ids`, only facts about these
    qualifications are sent; without, those about any.
    """

    countries: frozenset[str] = frozenset()
    qualification_ids: frozenset[UUID] = frozenset()


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
    state: SubscriptionState = SubscriptionState.ACTIVE
    version: int = 1


def check_event_types(event_types: Sequence[str]) -> None:
    """`Validation` if one of them is never published."""
    refuse(
        error(f"/event_types/{place}", "unknown_event_type", f"There is no {type_!r}.")
        for place, type_ in enumerate(event_types)
        if type_ not in FACTS
    )


def granted_scope(asked: Scope, granted: frozenset[str]) -> Scope:
    """The scope with its countries: all those granted if none is named; `ScopeNotGranted` if one of them is not."""
    if beyond := asked.countries - granted:
        raise ScopeNotGranted(f"You are not a competent body of {', '.join(sorted(beyond))}.")
    return replace(asked, countries=asked.countries or granted)


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
