"""The whole of Acquis on servers of its own, its risky parts as processes that can be killed, and stories to tell.

The API of all services and the quiet relays and consumers run here; what carries the story from the transcript to the
webhook runs in processes of its own, as in production. All reach the database, the broker and the subscriber by links
that can be slowed, held and cut.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.demo.client import Client, until
from deploy.local.demo.story import Story
from deploy.local.demo.told import Told
from deploy.local.everything import Everything
from deploy.local.servers import Servers
from shared import dead_letters as letters_of
from shared.db import SYSTEM, is_transient
from shared.dead_letters import DeadLetter
from tests.support.link import Link
from tests.support.processes import ServiceProcess
from tests.support.webhook_receiver import WebhookReceiver

Found = TypeVar("Found")


@dataclass(frozen=True)
class Links:
    """By which everything is reached."""

    postgres: Link
    kafka: Link
    receiver: Link

    @property
    def webhook_url(self) -> str:
        return f"http://{self.receiver.target}/hook"


class Stage:
    """Where a story is told and things are broken."""

    def __init__(
        self,
        servers: Servers,
        services: Everything,
        processes: dict[str, ServiceProcess],
        client: Client,
        receiver: WebhookReceiver,
        endpoint: WebhookReceiver,
        links: Links,
    ) -> None:
        self.servers, self.services, self.processes = servers, services, processes
        self.receiver, self.links = receiver, links
        self.endpoint = endpoint
        """Of another subscriber than the story's; it listens when a test lets it."""
        self.client, self._world = client, Told(key=client.key)

    async def story(self) -> Story:
        """A story in which everything but the learner's part has been told."""
        story = Story(self.client, self.links.webhook_url, self._world)
        for step in story.steps_left():
            if step.name == "draft agreement":
                break
            await step.play()
        self._world = self._world.model_copy(update={"learner_number": self._world.learner_number + 1})
        return Story(self.client, self.links.webhook_url, self._world.model_copy(deep=True))

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
