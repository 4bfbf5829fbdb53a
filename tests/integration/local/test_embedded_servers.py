import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from deploy.local import kafka_server
from deploy.local.errors import LocalError
from deploy.local.processes import PID_FILE
from deploy.local.servers import Servers, embedded_servers
from deploy.local.settings import LocalSettings
from tests.integration.local.writing import read_record, read_rows, write_record, write_row

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.xdist_group("the usual ports")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def servers(settings: LocalSettings) -> AsyncIterator[Servers]:
    with pytest.MonkeyPatch.context() as patch:
        # One cluster id of 64 looks like an option on a command line.
        patch.setattr(kafka_server, "new_cluster_id", lambda: "-Qc3Z0ZwQ2m1kGqfWbT4Yg")
        async with embedded_servers(settings, print) as running:
            yield running


async def test_what_was_acknowledged_survives_kill_9_and_the_addresses_stay(servers: Servers) -> None:
    await write_row(servers.database_url, "kept")
    await write_record(servers.kafka_bootstrap, "kept")
    for server in servers.own:
        await server.kill()
    await asyncio.gather(*(server.start() for server in servers.own))
    assert await read_rows(servers.database_url) == ["kept"]
    assert await read_record(servers.kafka_bootstrap) == "kept"


async def test_postgres_can_be_restarted_alone(servers: Servers) -> None:
    assert servers.postgres
    await servers.postgres.restart()
    async with await psycopg.AsyncConnection.connect(servers.database_url) as connection:
        await connection.execute("SELECT 1")


async def test_only_the_password_opens_the_database(servers: Servers) -> None:
    password = psycopg.conninfo.conninfo_to_dict(servers.database_url)["password"]
    wrong = servers.database_url.replace(f":{password}@", ":wrong@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await psycopg.AsyncConnection.connect(wrong)


async def test_a_second_launcher_is_refused_and_the_first_goes_on(servers: Servers, settings: LocalSettings) -> None:
    with pytest.raises(LocalError, match=rf"already runs in {settings.home} \(process {os.getpid()}\)"):
        async with embedded_servers(settings, print):
            pass
    assert all([await server.answers() for server in servers.own])


async def test_servers_whose_addresses_are_set_are_used_and_not_started(
    servers: Servers, settings: LocalSettings
) -> None:
    addresses = {"database_url": servers.database_url, "kafka_bootstrap": servers.kafka_bootstrap}
    async with embedded_servers(settings.model_copy(update=addresses), print) as used:
        assert used == Servers(servers.database_url, servers.kafka_bootstrap, postgres=None, kafka=None)


async def test_a_server_that_dies_is_noticed_and_can_be_started_again(servers: Servers) -> None:
    assert servers.postgres
    assert servers.kafka
    noticed = asyncio.ensure_future(servers.failed())
    os.kill(int((servers.kafka.folder / PID_FILE).read_text()), signal.SIGKILL)
    assert str(await noticed).startswith("Kafka has ended by itself: ")
    await servers.kafka.start()
    assert await servers.kafka.answers()


async def test_a_wanted_port_that_is_taken_is_one_sentence_before_anything_starts(
    settings: LocalSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        changed = {"home": tmp_path_factory.mktemp("taken"), "kafka_port": port}
        with pytest.raises(LocalError, match=f"Port {port}, wanted for Kafka, is taken by another program"):
            async with embedded_servers(settings.model_copy(update=changed), print):
                pass
