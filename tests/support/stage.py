"""The whole of Acquis on servers of its own, its risky parts as processes that can be killed, and stories to tell.

The API of all services and the quiet relays and consumers run here; what carries the story from the transcript to the
webhook runs in processes of its own, as in production.
"""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.demo.client import Client, until
from deploy.local.demo.story import Story
from deploy.local.demo.told import Told
from deploy.local.everything import Everything, everything
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.launcher import remove
from deploy.local.servers import Servers, embedded_servers
from deploy.local.state import State
from shared import dead_letters as letters_of
from shared import process
from shared.auth import Authenticator
from shared.db import SYSTEM, is_transient
from shared.dead_letters import DeadLetter
from shared.jwks import IssuerKeys
from shared.process import Loop
from shared.service import Running
from shared.settings import PlatformSettings
from shared.topics import create_topics
from tests.support.infrastructure import own_settings
from tests.support.ports import some_free_port
from tests.support.processes import ServiceProcess, running
from tests.support.serving import served
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

Found = TypeVar("Found")
APART = (
    ("assessment", "relay"),
    ("recognition", "consume"),
    ("recognition", "relay"),
    ("recognition", "work"),
    ("notifications", "consume"),
    ("notifications", "work"),
)
"""What runs in processes of its own."""


class Stage:
    """Where a story is told and things are broken."""

    def __init__(
        self,
        servers: Servers,
        services: Everything,
        processes: dict[str, ServiceProcess],
        client: Client,
        receiver: WebhookReceiver,
    ) -> None:
        self.servers, self.services, self.processes = servers, services, processes
        self.receiver, self.client, self._world = receiver, client, Told(key=client.key)

    async def story(self) -> Story:
        """A story in which everything but the learner's part has been told."""
        story = Story(self.client, self.receiver.url, self._world)
        for step in story.steps_left():
            if step.name == "draft agreement":
                break
            await step.play()
        self._world = self._world.model_copy(update={"learner_number": self._world.learner_number + 1})
        return Story(self.client, self.receiver.url, self._world.model_copy(deep=True))

    async def rows(self, service: str, query: str, **parameters: Any) -> list[Any]:
        """What a service's database holds; asked again when it has just been restarted."""

        async def ask(tx: AsyncConnection) -> list[Any]:
            return list((await tx.execute(sa.text(query), parameters)).all())

        return await self._read(service, ask)

    async def dead_letters(self) -> dict[str, list[DeadLetter]]:
        """What is parked, by service."""
        found = {name: await self._read(name, letters_of.waiting) for name in self.services.services}
        return {name: letters for name, letters in found.items() if letters}

    async def put_away(self, letters: Mapping[str, Sequence[DeadLetter]]) -> None:
        """What an operator does who has looked at them."""
        for service, parked in letters.items():
            async with self.services.services[service].database.transaction(SYSTEM) as tx:
                for letter in parked:
                    await letters_of.mark_replayed(tx, letter.id)

    async def _read(self, service: str, ask: Callable[[AsyncConnection], Awaitable[list[Found]]]) -> list[Found]:
        async def attempt() -> tuple[list[Found]] | None:
            try:
                async with self.services.services[service].database.transaction(SYSTEM) as tx:
                    return (await ask(tx),)
            except Exception as error:
                if is_transient(error):
                    return None
                raise

        return (await until(attempt))[0]

    def logs(self) -> list[bytes]:
        """What the processes have written."""
        return [process.log.read_bytes() for process in self.processes.values()]

    def events_received(self, type_: str, learner_id: object) -> list[bytes]:
        """The bodies of the webhooks of a type about a learner."""
        wanted = (f'"type":"{type_}"'.encode(), f'"learner_id":"{learner_id}"'.encode())
        return [came.body for came in self.receiver.received if all(part in came.body for part in wanted)]


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    settings = own_settings("faults").model_copy(update={"database_url": None, "kafka_bootstrap": None})
    async with (
        embedded_servers(settings, logging.getLogger(__name__).info) as servers,
        webhook_receiver() as receiver,
        _stage_on(servers, receiver, settings.home, folder) as made,
    ):
        yield made
    remove(settings.home)


@asynccontextmanager
async def _stage_on(servers: Servers, receiver: WebhookReceiver, home: Path, folder: Path) -> AsyncIterator[Stage]:
    state = State.load(home)
    port = some_free_port()
    issuer = DevelopmentIssuer(f"http://127.0.0.1:{port}/issuer", home)
    prefix = f"stage-{secrets.token_hex(3)}"
    platform = PlatformSettings(
        kafka_bootstrap=servers.kafka_bootstrap,
        kafka_prefix=f"{prefix}.",
        kafka_partitions=3,
        issuer=issuer.url,
        requests_per_minute=1_000_000,
    )
    await create_topics(platform)
    key: dict[str, Any] = {"secret_key": state.secret_key}
    own = {"agreements": key, "notifications": key | {"allowed_targets": frozenset({receiver.target})}}
    authenticator = Authenticator(IssuerKeys(issuer.url), platform.audience)
    database = prefix.replace("-", "_")
    async with everything(
        servers.database_url, state.password, platform, authenticator, prefix=database, own=own
    ) as services:
        services.app.mount("issuer", issuer.app)
        processes = {f"{name} {verb}": _apart(services, name, verb, folder) for name, verb in APART}
        async with _here(services, port) as http, running(*processes.values()):
            yield Stage(servers, services, processes, Client(http, issuer.token, prefix), receiver)


@asynccontextmanager
async def _here(services: Everything, port: int) -> AsyncIterator[httpx2.AsyncClient]:
    """The API on a port, and the loops that do not run apart."""
    here = [running for name, running in services.services.items() if name in {"catalogue", "agreements", "assessment"}]
    loops = {f"{running.service.name} {name}": loop for running in here for name, loop in _loops_here(running).items()}
    async with served(services.app, loops, port) as http:
        yield http


def _loops_here(running: Running) -> dict[str, Loop]:
    apart = {service for service, verb in APART if verb == "relay"}
    relays = {} if running.service.name in apart else process.relays(running)
    return {**process.consumers(running), **relays}


def _apart(services: Everything, name: str, verb: str, folder: Path) -> ServiceProcess:
    settings = services.services[name].settings
    platform = settings.platform
    environment = {
        f"{name.upper()}_DATABASE_URL": settings.database_url.get_secret_value(),
        "ACQUIS_KAFKA_BOOTSTRAP": platform.kafka_bootstrap,
        "ACQUIS_KAFKA_PREFIX": platform.kafka_prefix,
        "ACQUIS_ISSUER": platform.issuer,
    }
    if name == "notifications":
        own = settings.model_dump(include={"secret_key", "allowed_targets"})
        environment["NOTIFICATIONS_SECRET_KEY"] = own["secret_key"].get_secret_value()
        environment["NOTIFICATIONS_ALLOWED_TARGETS"] = f'["{next(iter(own["allowed_targets"]))}"]'
    return ServiceProcess(name, verb, environment, folder / f"{name}-{verb}.log")
