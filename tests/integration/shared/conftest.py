from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from tests.support.databases import ThrowawayDatabase
from tests.support.notes import Notes, database_for_notes, running_notes


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def notes_database(infrastructure: Servers) -> AsyncIterator[ThrowawayDatabase]:
    async with database_for_notes(infrastructure.database_url) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def notes(notes_database: ThrowawayDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Notes]:
    async with running_notes(notes_database.url, tmp_path_factory.mktemp("issuer")) as running:
        yield running
