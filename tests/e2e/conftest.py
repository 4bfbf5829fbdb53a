from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from tests.support.operations import ids_of
from tests.support.stage import Stage
from tests.support.staging import stage as make_stage
from tests.support.told_world import ToldWorld
from tests.support.told_world import told_world as tell_the_world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with make_stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def told_world(infrastructure: Servers) -> AsyncIterator[ToldWorld]:
    async with tell_the_world(infrastructure) as told:
        yield told


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ids(told_world: ToldWorld) -> dict[str, str]:
    """A resource of the story for each parameter of a path."""
    return await ids_of(told_world)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def nothing_changes(told_world: ToldWorld) -> AsyncIterator[None]:
    """All that the tests of a module do leaves every table as it was."""
    before = await told_world.content()
    yield
    assert await told_world.content() == before
