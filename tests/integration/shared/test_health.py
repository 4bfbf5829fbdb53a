from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.local import databases
from deploy.local.servers import Servers
from services.catalogue.app import service
from services.catalogue.settings import Settings
from shared import process
from shared.migrations import migrate
from shared.process import Loops
from shared.service import Running
from shared.settings import PlatformSettings
from tests.support.databases import ThrowawayDatabase, throwaway_database

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


class Loop:
    def __init__(self, *, alive: bool) -> None:
        self.alive = alive

    async def run(self) -> None: ...

    def is_alive(self) -> bool:
        return self.alive


@pytest_asyncio.fixture(loop_scope="session")
async def made(infrastructure: Servers) -> AsyncIterator[ThrowawayDatabase]:
    async with throwaway_database(infrastructure.database_url) as database:
        yield database


def settings(url: str, owner_url: str, bootstrap: str) -> Settings:
    platform = PlatformSettings(kafka_bootstrap=bootstrap)
    return Settings(database_url=SecretStr(url), owner_database_url=SecretStr(owner_url), platform=platform)


async def ask(path: str, given: Settings, loops: Loops | None = None) -> httpx2.Response:
    running = Running(service(given))
    answer = await answered(path, running, loops)
    await running.close()
    return answer


async def answered(path: str, running: Running, loops: Loops | None = None) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=process.health_only(running, loops or {}))
    async with httpx2.AsyncClient(transport=transport, base_url="http://health.test") as http:
        return await http.get(path)


async def test_a_migrated_service_with_its_servers_is_ready(infrastructure: Servers, made: ThrowawayDatabase):
    given = settings(made.url, made.owner_url, infrastructure.kafka_bootstrap)
    await migrate(service(given))
    answer = await ask("/readyz", given)
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok", "broker": "ok"})


async def test_a_service_that_is_not_migrated_is_not_ready(infrastructure: Servers, made: ThrowawayDatabase):
    answer = await ask("/readyz", settings(made.url, made.owner_url, infrastructure.kafka_bootstrap))
    assert answer.status_code == 503
    assert answer.json()["migrations"] != "ok"


async def test_without_servers_it_says_which_is_away(unused_tcp_port: int):
    nowhere = f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/nothing"
    answer = await ask("/readyz", settings(nowhere, nowhere, f"127.0.0.1:{unused_tcp_port}"))
    assert answer.status_code == 503
    assert all(answer.json()[part] != "ok" for part in ("database", "broker"))


async def test_a_database_that_went_away_is_noticed(infrastructure: Servers, made: ThrowawayDatabase):
    given = settings(made.url, made.owner_url, infrastructure.kafka_bootstrap)
    await migrate(service(given))
    running = Running(service(given))
    assert (await answered("/readyz", running)).status_code == 200
    await databases.drop(infrastructure.database_url, made.role)
    gone = await answered("/readyz", running)
    assert gone.status_code == 503
    assert {part for part, found in gone.json().items() if found == "ok"} == {"broker"}
    await running.close()


async def test_a_loop_that_is_stuck_makes_the_process_unhealthy(unused_tcp_port: int):
    nowhere = f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/nothing"
    given = settings(nowhere, nowhere, f"127.0.0.1:{unused_tcp_port}")
    assert (await ask("/healthz", given, {"relay 0": Loop(alive=True)})).json() == {"relay 0": "ok"}
    stuck = await ask("/healthz", given, {"relay 0": Loop(alive=True), "consumer": Loop(alive=False)})
    assert (stuck.status_code, stuck.json()) == (503, {"relay 0": "ok", "consumer": "stuck"})


async def test_metrics_name_the_service(unused_tcp_port: int):
    nowhere = f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/nothing"
    answer = await ask("/metrics", settings(nowhere, nowhere, f"127.0.0.1:{unused_tcp_port}"))
    assert 'acquis_service{service="catalogue"} 1.0' in answer.text
