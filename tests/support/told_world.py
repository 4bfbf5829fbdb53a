"""All five services in this process, on throw-away databases in which the story of the demo world has been told."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import sqlalchemy as sa
from cryptography.fernet import Fernet
from psycopg import sql

from deploy.local import databases
from deploy.local.demo.client import Actor, Client, until
from deploy.local.demo.inbox import Inbox
from deploy.local.demo.story import Story
from deploy.local.demo.told import Told
from deploy.local.everything import everything
from deploy.local.servers import Servers
from deploy.routes import SERVICES
from shared import clock
from shared.auth import Authenticator
from shared.jwks import IssuerKeys
from shared.settings import PlatformSettings
from shared.topics import create_topics
from tests.support import provider
from tests.support.ports import some_free_port
from tests.support.serving import served

STAFF = ("coordinator", "signatory", "assessor", "examiner", "recogniser", "appeals_officer", "competent_body")
TABLES = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname"
READS_ARE_NOTED = {"agreements.learner_history"}
"""Who exports what is held about a learner leaves a note."""
PASSED_ON = "SELECT position >= (SELECT max(position) FROM feed) FROM relayed"
"""Whether the public topic has what everybody may see: of all that goes on, only this waits up to a second."""
CONTENT = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} t"


@dataclass(frozen=True)
class ToldWorld:
    http: httpx2.AsyncClient
    told: Told
    database_urls: Mapping[str, str]
    """An administrator's, so that row-level security hides nothing."""

    @property
    def url(self) -> str:
        return str(self.http.base_url).rstrip("/")

    def staff(self, key: str) -> Actor:
        """Somebody at an institution who may do everything there."""
        country = key[:2].upper()
        return Actor(f"staff-{key}", STAFF, org=self.told.institutions[key], countries=(country,))

    async def content(self) -> dict[str, Any]:
        """What every table holds, in short, once the last event has arrived everywhere."""
        before = await self._content()

        async def quiet() -> dict[str, Any] | None:
            nonlocal before
            await asyncio.sleep(0.2)  # nothing tells that nothing more happens
            now = await self._content()
            same, before = now == before, now
            return now if same and await self._passed_on() else None

        return await until(quiet)

    async def _passed_on(self) -> bool:
        async with await psycopg.AsyncConnection.connect(self.database_urls["notifications"]) as connection:
            return (await (await connection.execute(PASSED_ON)).fetchone()) == (True,)

    async def _content(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for service, url in self.database_urls.items():
            async with await psycopg.AsyncConnection.connect(url) as connection:
                for (table,) in await (await connection.execute(TABLES)).fetchall():
                    if f"{service}.{table}" in READS_ARE_NOTED:
                        continue
                    counted = await connection.execute(sql.SQL(CONTENT).format(sql.Identifier(table)))
                    found[f"{service}.{table}"] = await counted.fetchone()
        return found


def token(claims: Mapping[str, Any]) -> str:
    """An access token with these claims and no others of its own, good for an hour."""
    return provider.signed(**{"org": ..., "exp": int(clock.now().timestamp()) + 3_600, **claims})


def bearer(actor: Actor) -> dict[str, str]:
    """The header that says who calls."""
    return {"Authorization": f"Bearer {token(actor.claims())}"}


@asynccontextmanager
async def told_world(servers: Servers) -> AsyncIterator[ToldWorld]:
    name, port = f"told_{secrets.token_hex(4)}", some_free_port()
    platform = PlatformSettings(
        kafka_bootstrap=servers.kafka_bootstrap,
        kafka_prefix=f"{name}.",
        kafka_partitions=1,
        requests_per_minute=1_000_000,
    )
    await create_topics(platform)
    targets = frozenset({f"127.0.0.1:{port}"})
    key: dict[str, Any] = {"secret_key": Fernet.generate_key().decode()}
    own = {"agreements": key, "notifications": key | {"allowed_targets": targets}}
    keys = IssuerKeys(provider.URL, transport=provider.Provider(provider.KEY))
    admin = sa.make_url(servers.database_url)
    urls = {
        service: admin.set(database=f"{name}_{service}").render_as_string(hide_password=False) for service in SERVICES
    }
    try:
        async with everything(
            servers.database_url,
            secrets.token_hex(),
            platform,
            Authenticator(keys, platform.audience),
            prefix=name,
            own=own,
        ) as services:
            services.app.mount("demo", Inbox().app)
            async with served(services.app, services.loops, port) as http:
                story = Story(Client(http, token, name), f"{http.base_url}/demo/webhooks", Told(key=name))
                for step in story.steps_left():
                    await step.play()
                await story.record()
                yield ToldWorld(http, story.told, urls)
    finally:
        for service in SERVICES:
            await databases.drop(servers.database_url, f"{name}_{service}")
