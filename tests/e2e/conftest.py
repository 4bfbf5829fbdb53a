from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.stage import Stage
from tests.support.stage import stage as make_stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with make_stage(tmp_path_factory.mktemp("stage")) as made:
        yield made
