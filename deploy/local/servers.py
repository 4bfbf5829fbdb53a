"""Real PostgreSQL and real Apache Kafka as child processes, for a machine where nothing is installed.

`python -m deploy.local.servers` starts both, prints their addresses and stays until Ctrl-C.
"""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deploy.local.errors import LocalError, PortTakenError
from deploy.local.kafka_server import KafkaServer, kafka_answers
from deploy.local.launcher import end_leftovers, only_launcher
from deploy.local.ports import Ports
from deploy.local.postgres_server import PostgresServer, postgres_answers
from deploy.local.server import PAUSE_BETWEEN_QUESTIONS, Server
from deploy.local.settings import LocalSettings
from deploy.local.state import State
from deploy.local.terminal import run
from deploy.local.together import together

NEEDED_MEGABYTES = 500
ELSEWHERE_SECONDS = 30


@dataclass(frozen=True)
class Servers:
    """Where both answer. A handle is None for a server that was there already and was only given by its address."""

    database_url: str
    kafka_bootstrap: str
    postgres: PostgresServer | None
    kafka: KafkaServer | None

    @property
    def own(self) -> list[Server]:
        return [server for server in (self.postgres, self.kafka) if server]

    async def stop(self) -> None:
        await together(*(server.stop() for server in self.own))

    async def failed(self) -> LocalError:
        """Wait until a server started here ends by itself; the caller says the sentence and stops."""
        waiting = [asyncio.ensure_future(server.failed()) for server in self.own]
        never: asyncio.Future[LocalError] = asyncio.get_running_loop().create_future()
        try:
            done, _ = await asyncio.wait([*waiting, never], return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for each in waiting:
                each.cancel()


@contextlib.asynccontextmanager
async def embedded_servers(settings: LocalSettings, say: Callable[[str], None]) -> AsyncIterator[Servers]:
    """Both servers, answering. One whose address is set is used; one whose address is not is started here and stopped.

    Raises LocalError.
    """
    await together(*elsewhere(settings))
    if settings.database_url and settings.kafka_bootstrap:
        yield Servers(settings.database_url, settings.kafka_bootstrap, postgres=None, kafka=None)
        return
    with only_launcher(settings.home):
        await asyncio.to_thread(end_leftovers, settings.home)
        check_space(settings.home)
        servers = await start_servers(settings, say)
        try:
            yield servers
        finally:
            await servers.stop()


async def start_servers(settings: LocalSettings, say: Callable[[str], None]) -> Servers:
    """Whoever loses a port to a program that started at the same moment chooses anew: those wanted are then refused."""
    while True:
        servers = make_servers(settings, say)
        try:
            await together(*(server.start() for server in servers.own))
        except PortTakenError:
            await servers.stop()
        except BaseException:
            await servers.stop()
            raise
        else:
            return servers


def check_space(home: Path) -> None:
    free = shutil.disk_usage(home).free // 1_000_000
    if free < NEEDED_MEGABYTES:
        raise LocalError(f"{home} needs {NEEDED_MEGABYTES} MB of space, and only {free} MB are free.")


def make_servers(settings: LocalSettings, say: Callable[[str], None]) -> Servers:
    state = State.load(settings.home)
    ports = Ports(state.ports, say)
    database_url, postgres = settings.database_url, None
    if not database_url:
        port = ports.choose("PostgreSQL", first=25432, wanted=settings.postgres_port)
        postgres = PostgresServer(settings.home, port, state.password, say)
        database_url = postgres.url
    kafka_bootstrap, kafka = settings.kafka_bootstrap, None
    if not kafka_bootstrap:
        port = ports.choose("Kafka", first=29092, wanted=settings.kafka_port)
        kafka = KafkaServer(settings, port, ports.choose("Kafka's controller", first=port + 1), say)
        kafka_bootstrap = kafka.bootstrap
    state.save(settings.home)
    return Servers(database_url, kafka_bootstrap, postgres, kafka)


def elsewhere(settings: LocalSettings) -> Iterator[Coroutine[Any, Any, None]]:
    """What to wait for when a server is not ours."""
    if settings.database_url:
        yield expect_answer(partial(postgres_answers, settings.database_url), "ACQUIS_DATABASE_URL")
    if settings.kafka_bootstrap:
        yield expect_answer(partial(kafka_answers, settings.kafka_bootstrap), "ACQUIS_KAFKA_BOOTSTRAP")


async def expect_answer(answers: Callable[[], Awaitable[bool]], variable: str) -> None:
    try:
        async with asyncio.timeout(ELSEWHERE_SECONDS):
            while not await answers():  # noqa: ASYNC110 - what runs elsewhere tells us of no event
                await asyncio.sleep(PAUSE_BETWEEN_QUESTIONS)
    except TimeoutError:
        raise LocalError(f"No server answers to {variable}: start it, correct the variable, or unset it.") from None


async def main() -> None:
    settings = LocalSettings.from_environment()
    async with embedded_servers(settings, lambda line: print(line, file=sys.stderr)) as servers:
        print(f"ACQUIS_DATABASE_URL={servers.database_url}")
        print(f"ACQUIS_KAFKA_BOOTSTRAP={servers.kafka_bootstrap}", flush=True)
        raise await servers.failed()


if __name__ == "__main__":
    run(main())
