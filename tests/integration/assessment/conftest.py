from collections.abc import AsyncIterator

import pytest_asyncio

from deploy.local.servers import Servers
from services.assessment.app import service
from services.assessment.settings import Settings
from tests.support.running import api_of, running_service
from tests.support.stays import Stays


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stays(infrastructure: Servers) -> AsyncIterator[Stays]:
    async with running_service(service, Settings, infrastructure.database_url) as running, api_of(running) as http:
        yield Stays(running, http)
