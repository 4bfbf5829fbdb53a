from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import subscriptions, targets
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.entitlement import Scope
from services.notifications.domain.health import WELL
from services.notifications.domain.subscriptions import Command, Subscription
from services.notifications.settings import Settings
from services.notifications.store import vault
from shared import clock, envelope, ids
from shared.auth import Principal
from shared.preconditions import own_institution, require_version
from shared.problems import RateLimited
from shared.telemetry import current_traceparent
from shared.token_buckets import TokenBuckets, take_from_each

PING_SECONDS = 15
"""A ping under way is answered by then, or has failed."""
PER_SUBSCRIPTION, PER_HOST = TokenBuckets(6), TokenBuckets(30)
"""Pings a minute. Of each institution to a host, for many may have theirs at the same provider's."""


@dataclass(frozen=True)
class Wish:
    """What a subscriber asks for."""

    url: str
    event_types: tuple[str, ...]
    scope: Scope
    description: str | None
    ordered: bool = False


async def subscribe(
    tx: AsyncConnection, caller: Principal, wish: Wish, settings: Settings
) -> tuple[Subscription, bytes]:
    """The subscription and its secret, which nobody can read again; nothing is sent before it is verified."""
    owner_id = own_institution(caller)
    targets.check_url(wish.url, settings.allowed_targets)
    subscriptions.check_event_types(wish.event_types)
    subscriptions.check_scope(wish.scope, await store.load_reach(tx, caller))
    subscriptions.check_number(await store.count_subscriptions(tx, owner_id), settings.most_subscriptions)
    secret = vault.new_secret()
    made = Subscription(
        id=ids.new_id(),
        owner_id=owner_id,
        url=wish.url,
        event_types=wish.event_types,
        scope=wish.scope,
        description=wish.description,
        ordered=wish.ordered,
        sealed_secret=settings.vault.sealed(secret),
        created_at=clock.now(),
    )
    await store.add_subscription(tx, made)
    return made, secret


async def request_verification(
    tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int
) -> Subscription:
    """Send a signed ping: answered with 2xx, it makes the subscription active."""
    subscription = await _locked(tx, caller, subscription_id, version)
    subscriptions.require(subscription, Command.VERIFY)
    await _queue_ping(tx, subscription)
    return subscription


async def ping(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> Delivery:
    """Send a signed ping to see what becomes of it."""
    subscription = await _locked(tx, caller, subscription_id, version)
    subscriptions.require(subscription, Command.PING)
    return await _queue_ping(tx, subscription)


async def change_subscription(
    tx: AsyncConnection,
    caller: Principal,
    subscription_id: UUID,
    version: int,
    event_types: tuple[str, ...],
    scope: Scope,
    description: str | None,
) -> Subscription:
    """Ask for something else, also of what is queued."""
    subscription = await _locked(tx, caller, subscription_id, version)
    subscriptions.check_event_types(event_types)
    subscriptions.check_scope(scope, await store.load_reach(tx, caller))
    return await _saved(tx, subscriptions.change(subscription, event_types, scope, description))


async def rotate_secret(
    tx: AsyncConnection,
    caller: Principal,
    subscription_id: UUID,
    version: int,
    settings: Settings,
    *,
    at_once: bool = False,
) -> tuple[Subscription, bytes]:
    """A new secret, which nobody can read again; for a while, or not, what is sent is signed with the old one too."""
    subscription = await _locked(tx, caller, subscription_id, version)
    secret = vault.new_secret()
    sealed = settings.vault.sealed(secret)
    return await _saved(tx, subscriptions.rotate(subscription, sealed, clock.now(), at_once=at_once)), secret


async def pause(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> Subscription:
    """Send nothing until it is resumed; what happens meanwhile waits."""
    return await _changed(tx, caller, subscription_id, version, subscriptions.pause)


async def resume(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> Subscription:
    """Send what waited, and go on; what failed before the pause is no reason to end it."""
    resumed = await _changed(tx, caller, subscription_id, version, subscriptions.resume)
    await store.save_health(tx, subscription_id, WELL)
    return resumed


async def delete_subscription(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> None:
    """Nothing more is sent: what is queued becomes a dead letter when it comes due."""
    await _changed(tx, caller, subscription_id, version, subscriptions.delete)


async def _changed(
    tx: AsyncConnection,
    caller: Principal,
    subscription_id: UUID,
    version: int,
    change: Callable[[Subscription], Subscription],
) -> Subscription:
    return await _saved(tx, change(await _locked(tx, caller, subscription_id, version)))


async def _locked(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> Subscription:
    subscription = await store.load_subscription(tx, subscription_id, caller, for_update=True)
    require_version(subscription.version, version)
    return subscription


async def _saved(tx: AsyncConnection, subscription: Subscription) -> Subscription:
    await store.save_subscription(tx, subscription)
    return subscription


async def _queue_ping(tx: AsyncConnection, subscription: Subscription) -> Delivery:
    """Even if the endpoint is given a rest: somebody waits for it. `RateLimited` if it was sent enough of them.

    Nobody has proved yet that it wants to hear: it may be somebody else's.
    """
    if await store.has_ping_under_way(tx, subscription.id):
        raise RateLimited(PING_SECONDS)
    to_host = f"{subscription.owner_id} {urlsplit(subscription.url).hostname}"
    if wait := take_from_each((PER_HOST, to_host), (PER_SUBSCRIPTION, str(subscription.id))):
        raise RateLimited(wait)
    event = envelope.write(subscriptions.ping(subscription), current_traceparent())
    return await store.add_ping(tx, subscription, event)
