import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]  # it publishes no types
from aiokafka.admin import NewTopic

from deploy.local import databases
from deploy.local.run import PARTITIONS
from deploy.local.servers import Servers
from shared.contracts.assessment import TranscriptIssued
from tests.bench.bare import CREDITS, SCHEMA, TRANSCRIPTS, event
from tests.bench.sides.side import SERVICES, Counts, Stays, admin_of, ask, delete_topics

RELAY_ALONE = "relay-"
QUEUE_AGAIN = "UPDATE deliveries SET delivered_at = NULL; NOTIFY deliveries"
SAY = """
    WITH said AS (INSERT INTO outbox (key, payload) SELECT * FROM unnest($1::text[], $2::text[]))
    SELECT pg_notify('outbox', '')
"""


class Bare:
    name = "bare"
    module = "tests.bench.bare"
    entries = "SELECT count(*) FROM ledger"

    def __init__(self, urls: Mapping[str, str], bootstrap: str, prefix: str, target: str, pool: asyncpg.Pool) -> None:
        self.databases = urls
        self._bootstrap, self._prefix, self._target, self._pool = bootstrap, prefix, target, pool

    def environment(self, *, relay_alone: bool) -> dict[str, str]:
        prefix = self._prefix + (RELAY_ALONE if relay_alone else "")
        own = {"BARE_KAFKA": self._bootstrap, "BARE_PREFIX": prefix, "BARE_TARGET": self._target}
        return own | {f"BARE_{name.upper()}_URL": url for name, url in self.databases.items()}

    def transcripts_topic(self, *, relay_alone: bool) -> str:
        return self._prefix + (RELAY_ALONE if relay_alone else "") + TRANSCRIPTS

    async def say(self, transcripts: Sequence[TranscriptIssued]) -> None:
        events = [event(str(one.learner_id)) for one in transcripts]
        await self._pool.execute(SAY, [key for key, _ in events], [payload for _, payload in events])

    async def counts(self) -> Counts:
        entries = await ask(self, "recognition", self.entries)
        return Counts(
            ledger_entries=entries,
            credits=entries,
            transcripts=await ask(self, "recognition", "SELECT count(DISTINCT learner) FROM ledger"),
            published=await ask(self, "recognition", "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"),
        )

    async def queue_webhooks_again(self) -> None:
        connection = await asyncpg.connect(self.databases["notifications"])
        await connection.execute(QUEUE_AGAIN)
        await connection.close()


@asynccontextmanager
async def bare(servers: Servers, prefix: str, target: str, _: Stays) -> AsyncIterator[Bare]:
    """Three databases with its few tables, and its two topics."""
    own, password, urls = f"{prefix}_bare", secrets.token_hex(12), {}
    try:
        for name in SERVICES:
            urls[name] = (await databases.provide(servers.database_url, f"{own}_{name}", password)).owner_url
            connection = await asyncpg.connect(urls[name])
            await connection.execute(SCHEMA[name])
            await connection.close()
        await _create_topics(servers.kafka_bootstrap, f"{own}-")
        async with asyncpg.create_pool(urls["assessment"]) as pool:
            yield Bare(urls, servers.kafka_bootstrap, f"{own}-", target, pool)
    finally:
        await delete_topics(servers.kafka_bootstrap, f"{own}-")
        for name in SERVICES:
            await databases.drop(servers.database_url, f"{own}_{name}")


async def _create_topics(bootstrap: str, prefix: str) -> None:
    """With as many partitions as Acquis has."""
    async with admin_of(bootstrap) as admin:
        names = [prefix + topic for topic in (TRANSCRIPTS, CREDITS, f"{RELAY_ALONE}{TRANSCRIPTS}")]
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
