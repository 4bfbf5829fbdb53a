from collections.abc import AsyncIterator

import httpx2
import psycopg
import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from services.notifications import app
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.db import SYSTEM
from shared.service import Running
from tests.support.notifications import SettingsWithKey
from tests.support.running import api_of, running_service
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated(infrastructure: Servers) -> AsyncIterator[Running]:
    async with running_service(app.service, SettingsWithKey, infrastructure.database_url) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def owner(migrated: Running) -> AsyncIterator[psycopg.AsyncConnection]:
    """The database in the hands of the tables' owner, on behalf of the system."""
    url = migrated.settings.owner_database_url
    assert url
    system = f"-c acquis.institution={SYSTEM}"
    async with await psycopg.AsyncConnection.connect(
        url.get_secret_value(), autocommit=True, options=system
    ) as connection:
        yield connection


@pytest_asyncio.fixture(loop_scope="session")
async def running(migrated: Running, owner: psycopg.AsyncConnection) -> Running:
    """The service with nothing in its tables yet."""
    own = "scope_grants, subscriptions, contacts, notices, feed, deliveries, attempts"
    await owner.execute(f"TRUNCATE {own}, outbox, inbox, dead_letters".encode())
    return migrated


@pytest_asyncio.fixture(loop_scope="session")
async def http(running: Running) -> AsyncIterator[httpx2.AsyncClient]:
    async with api_of(running) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def listening() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as made:
        yield made


@pytest.fixture
def receiver(listening: WebhookReceiver) -> WebhookReceiver:
    """An endpoint that was not sent anything yet."""
    listening.forget()
    return listening


@pytest_asyncio.fixture(loop_scope="session")
async def settings(running: Running, receiver: WebhookReceiver) -> Settings:
    """The service's settings, with the receiver as the one target that may be local."""
    assert isinstance(running.settings, Settings)
    return running.settings.model_copy(update={"allowed_targets": frozenset({receiver.target})})


@pytest_asyncio.fixture(loop_scope="session")
async def deliverer(settings: Settings) -> AsyncIterator[Deliverer]:
    made = Deliverer(settings)
    yield made
    await made.close()
