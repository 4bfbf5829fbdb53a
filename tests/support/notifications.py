"""The notifications service in tests: settings with a key, facts for it to hear, subscribers, what became of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.notifications import handlers, store
from services.notifications.domain import subscriptions
from services.notifications.domain.entitlement import Scope
from services.notifications.domain.grants import Grant
from services.notifications.domain.subscriptions import Subscription
from services.notifications.handlers import Wish
from services.notifications.settings import Settings
from services.notifications.store import Stretch
from services.notifications.store.vault import written
from services.notifications.tables import ATTEMPTS, DELIVERIES
from shared import envelope
from shared.auth import Principal, Role
from shared.contracts.recognition import ReasonCode, ReviewRequired
from shared.contracts.registry import Fact
from shared.db import SYSTEM
from shared.envelope import Event
from shared.service import Running
from shared.tenancy import acting_for
from tests.support.webhook_receiver import WebhookReceiver

TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"
HOOK = "https://hooks.school.example/acquis"
EVERYTHING = Stretch(0, until=2**62, at_end=True)
"""Of the feed."""


class SettingsWithKey(Settings):
    secret_key: SecretStr = SecretStr(Fernet.generate_key().decode())


def review(home: UUID | None = None, **changes: Any) -> ReviewRequired:
    """A recognition fact of a French learner, who was in Malta."""
    ids = ("decision_id", "learner_id", "host_id", "qualification_id", "unit_id", "learning_agreement_id")
    usual: dict[str, Any] = {
        **{name: uuid4() for name in (*ids, "transcript_id")},
        "home_id": home or uuid4(),
        "version": 1,
        "home_country": "FR",
        "host_country": "MT",
        "transcript_version": 1,
        "reasons": (ReasonCode.LO_MISSING,),
    }
    return ReviewRequired(**usual | changes)


def written_down(*facts: Fact) -> list[Event[Any]]:
    return [envelope.write(fact, TRACEPARENT) for fact in facts]


async def hear(running: Running, *facts: Fact) -> list[Event[Any]]:
    """Let the service take in the facts, and return them as events."""
    events = written_down(*facts)
    async with running.database.transaction(SYSTEM) as tx:
        await handlers.take_in(tx, events)
    return events


def somebody(*roles: Role, org: UUID | None = None, countries: Sequence[str] = ()) -> Principal:
    return Principal("test", org or uuid4(), frozenset(roles or ("coordinator",)), frozenset(countries))


async def subscribe(
    running: Running, who: Principal, url: str = HOOK, *, settings: Settings | None = None, **wish: Any
) -> tuple[Subscription, str]:
    """A subscription that was verified, and its secret as the subscriber knows it."""
    usual: dict[str, Any] = {"url": url, "event_types": (), "scope": Scope(), "description": None}
    used = settings or running.settings
    assert isinstance(used, Settings)
    async with running.database.transaction(acting_for(who)) as tx:
        made, secret = await handlers.subscribe(tx, who, Wish(**usual | wish), used)
        made, _ = subscriptions.verify(made)
        await store.save_subscription(tx, made)
    return made, written(secret)


async def grant(
    running: Running, grantee: Principal, *, by: Principal | None = None, country: str | None = None, **changes: Any
) -> Grant:
    """What an institution, or the competent body of the country, grants."""
    granter = by or somebody("competent_body", countries=[country] if country else [])
    about = changes.get("qualification_ids", frozenset())
    async with running.database.transaction(acting_for(granter)) as tx:
        assert grantee.org
        return await handlers.grant_scope(tx, granter, grantee.org, country, about)


async def queue_up(running: Running, url: str, settings: Settings, number: int) -> Subscription:
    """A subscription with so many events to be sent."""
    who = somebody()
    subscription, _ = await subscribe(running, who, url, settings=settings)
    await hear(running, *(review(who.org) for _ in range(number)))
    return subscription


async def deliveries_of(running: Running, subscription: Subscription) -> list[sa.Row[Any]]:
    """All columns of its deliveries, in the order of the feed."""
    select = sa.select(DELIVERIES).where(DELIVERIES.c.subscription_id == subscription.id)
    async with running.database.transaction(SYSTEM) as tx:
        return list((await tx.execute(select.order_by(DELIVERIES.c.position))).all())


async def one_delivery(running: Running, receiver: WebhookReceiver, settings: Settings) -> Subscription:
    """A subscription of the receiver with one event queued."""
    return await queue_up(running, receiver.url, settings, 1)


async def attempts(running: Running) -> list[sa.Row[Any]]:
    """All columns of all of them, oldest first."""
    async with running.database.transaction(SYSTEM) as tx:
        return list((await tx.execute(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.id))).all())


async def make_due(owner: psycopg.AsyncConnection) -> None:
    await owner.execute("UPDATE deliveries SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")
