from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio

from deploy.local.servers import Servers
from services.recognition.app import service
from services.recognition.settings import Settings
from shared.service import Running
from tests.support.records import forge
from tests.support.running import api_of, running_service


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def recognition(infrastructure: Servers) -> AsyncIterator[Running]:
    async with running_service(service, Settings, infrastructure.database_url) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def api(recognition: Running) -> AsyncIterator[httpx2.AsyncClient]:
    async with api_of(recognition) as http:
        yield http


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def apart(infrastructure: Servers) -> AsyncIterator[Running]:
    async with running_service(service, Settings, infrastructure.database_url) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def alone(apart: Running) -> Running:
    """A service with a ledger of its own, still empty, in which nothing was decided."""
    ledger = "ledger_entries, ledger_heads, ledger_checkpoints, ledger_checkpoint_heads"
    await forge(apart, f"TRUNCATE {ledger}, credits, decisions")
    return apart
