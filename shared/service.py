"""What a service is made of (`app.py` returns it) and what every verb of the command line runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import sqlalchemy as sa
from fastapi import APIRouter

from shared.contracts.registry import FACTS
from shared.db import Database
from shared.kafka import Consumer, Handler, Intake, Producer
from shared.kafka.sign_in import sign_in
from shared.relay import CONNECTION_OPTIONS, Relay
from shared.settings import ServiceSettings
from shared.telemetry import Metrics


@dataclass(frozen=True)
class Worker:
    """Where time comes in: `run` does what is due, as much as it likes to do at once, and returns how much it did."""

    name: str
    run: Callable[["Running"], Awaitable[int]]
    every: timedelta = timedelta(seconds=5)
    wakes_on: str | None = None
    """A channel that is notified when there is something to do."""
    close: Callable[[], Awaitable[None]] | None = None
    """Gives back what the worker keeps open."""


@dataclass(frozen=True)
class Service:
    """A service as its composition root describes it; nothing is opened yet."""

    name: str
    settings: ServiceSettings
    tables: sa.MetaData
    routers: Sequence[APIRouter]
    subscriptions: Mapping[str, Handler] = field(default_factory=dict)
    workers: Sequence[Worker] = ()

    @property
    def topics(self) -> list[str]:
        """The topics that its subscriptions travel on."""
        prefix = self.settings.platform.kafka_prefix
        return sorted({prefix + FACTS[type_].DECLARED.topic for type_ in self.subscriptions})


class Running:
    """A service with its database and metrics: what API, consumer, relay and workers of one process share."""

    def __init__(self, service: Service, *, pool: int | None = None) -> None:
        """With a `pool` for a process that has no use for as many connections as the settings allow."""
        self.service, self.settings = service, service.settings
        self.metrics = Metrics(service.name)
        self.database = Database(
            self.settings.database_url.get_secret_value(), pool=pool or self.settings.database_pool
        )

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.database, self.service.subscriptions, self.metrics)

    @cached_property
    def consumer(self) -> Consumer:
        platform = self.settings.platform
        return Consumer(
            platform.kafka_bootstrap,
            f"{platform.kafka_prefix}acquis-{self.service.name}",
            self.service.topics,
            self.intake,
            self.metrics,
            batch=self.settings.consumer_batch,
            sign_in=sign_in(platform),
        )

    @cached_property
    def relays(self) -> list[Relay]:
        """One for each shard; each is active in one process at a time."""
        return [self._relay(shard) for shard in range(self.settings.relay_shards)]

    def _relay(self, shard: int) -> Relay:
        platform = self.settings.platform
        return Relay(
            Database(self.database.url, pool=2, options=CONNECTION_OPTIONS),
            Producer(platform.kafka_bootstrap, f"acquis-{self.service.name}-relay", sign_in(platform)),
            self.metrics,
            prefix=platform.kafka_prefix,
            batch=self.settings.relay_batch,
            shard=shard,
            shards=self.settings.relay_shards,
        )

    async def close(self) -> None:
        await self.database.close()
