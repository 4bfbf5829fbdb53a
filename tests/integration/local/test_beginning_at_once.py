import asyncio
import socket

import pytest

from deploy.local.launcher import remove
from deploy.local.ports import Ports, is_free
from deploy.local.servers import embedded_servers
from deploy.local.settings import LocalSettings
from deploy.local.together import together
from tests.integration.local.writing import read_record, read_rows, write_record, write_row
from tests.support.ports import some_free_port

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.xdist_group("the usual ports")]


async def test_two_that_begin_at_the_same_moment_have_each_a_database_and_a_broker_of_their_own(
    settings: LocalSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    homes = [tmp_path_factory.mktemp("at-once") / "home" for _ in range(2)]
    each = [LocalSettings.model_validate(settings.model_dump() | {"home": home}) for home in homes]
    both = asyncio.Barrier(len(each))

    async def keep_its_own(settings: LocalSettings) -> None:
        async with embedded_servers(settings, print) as own:
            await write_row(own.database_url, str(settings.home))
            await write_record(own.kafka_bootstrap, str(settings.home))
            await both.wait()
            assert await read_rows(own.database_url) == [str(settings.home)]
            assert await read_record(own.kafka_bootstrap) == str(settings.home)
            await both.wait()

    try:
        await together(*map(keep_its_own, each))
    finally:
        for one in each:
            remove(one.home)


async def test_a_port_lost_between_choosing_and_listening_is_another() -> None:
    kept: dict[str, int] = {}
    first = some_free_port()
    with socket.create_server(("127.0.0.1", first)):
        seemed_free = iter([True])
        ports = Ports(kept, print, is_free=lambda port: next(seemed_free, False) or is_free(port))
        with ports.listen("Acquis", first=first) as listening:
            assert listening.getsockname()[1] == kept["Acquis"] > first
