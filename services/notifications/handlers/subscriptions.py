from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import subscriptions, targets
from services.notifications.domain.subscriptions import Scope, Subscription
from services.notifications.settings import Settings
from services.notifications.store import vault
from services.notifications.store.vault import Vault
from shared import clock, ids
from shared.auth import Principal
from shared.preconditions import own_institution, require_version


@dataclass(frozen=True)
class Wish:
    """What a subscriber asks for."""

    url: str
    event_types: tuple[str, ...]
    scope: Scope
    description: str | None


async def subscribe(
    tx: AsyncConnection, caller: Principal, wish: Wish, settings: Settings
) -> tuple[Subscription, bytes]:
    """The subscription and its secret, which nobody can read again."""
    owner_id = own_institution(caller)
    targets.check_url(wish.url, settings.allowed_targets)
    subscriptions.check_event_types(wish.event_types)
    secret = vault.new_secret()
    made = Subscription(
        id=ids.new_id(),
        owner_id=owner_id,
        url=wish.url,
        event_types=wish.event_types,
        scope=subscriptions.granted_scope(wish.scope, _granted(caller)),
        description=wish.description,
        sealed_secret=Vault(settings.secret_key.get_secret_value()).sealed(secret),
        created_at=clock.now(),
    )
    await store.add_subscription(tx, made)
    return made, secret


async def delete_subscription(tx: AsyncConnection, caller: Principal, subscription_id: UUID, version: int) -> None:
    """Nothing more is sent: what is queued becomes a dead letter when it comes due."""
    subscription = await store.load_subscription(tx, subscription_id, caller, for_update=True)
    require_version(subscription.version, version)
    await store.save_subscription(tx, subscriptions.delete(subscription))


def _granted(caller: Principal) -> frozenset[str]:
    return caller.countries if "competent_body" in caller.roles else frozenset()
