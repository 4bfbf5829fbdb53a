"""A service as it runs, on a database of its own, and callers of its API with tokens for whom the test wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx2
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared import envelope
from shared.auth import Authenticator
from shared.contracts.registry import Fact
from shared.db import SYSTEM
from shared.jwks import IssuerKeys
from shared.kafka import Record
from shared.migrations import migrate
from shared.process import application
from shared.service import Running, Service
from shared.settings import ServiceSettings
from shared.telemetry import current_traceparent
from tests.support import provider
from tests.support.databases import throwaway_database

AnySettings = TypeVar("AnySettings", bound=ServiceSettings)


@asynccontextmanager
async def running_service(
    compose: Callable[[AnySettings], Service], settings_type: type[AnySettings], admin_url: str
) -> AsyncIterator[Running]:
    """`compose` is the service's composition root; its role may do in the database what its migrations grant."""
    async with throwaway_database(admin_url) as made:
        settings = settings_type.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        service = compose(settings)
        await migrate(service)
        running = Running(service)
        try:
            yield running
        finally:
            await running.close()


def as_owner(running: Running) -> AsyncEngine:
    """The database in the hands of the tables' owner, on behalf of the system."""
    url = running.settings.owner_database_url
    assert url
    return create_async_engine(
        sa.make_url(url.get_secret_value()).set(drivername="postgresql+psycopg"),
        poolclass=sa.NullPool,
        connect_args={"options": f"-c acquis.institution={SYSTEM}"},
    )


@asynccontextmanager
async def api_of(running: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """The service's API in this process; a bug in it is an answer with 500, as in production."""
    keys = IssuerKeys(provider.URL, transport=provider.Provider(provider.KEY))
    app = application(running, {}, Authenticator(keys, running.settings.platform.audience))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.test") as http:
        yield http


async def tell(running: Running, *facts: Fact) -> None:
    """Let the service take in these facts as they come from Kafka, in one batch."""
    events = [envelope.write(fact, current_traceparent()) for fact in facts]
    await running.intake.take_in(
        Record("topic", 0, position, event.type, event.body) for position, event in enumerate(events)
    )


async def said_about(running: Running, aggregate_id: UUID | str) -> list[Fact]:
    """The facts that the service said about one of its aggregates, in their order."""
    select = sa.text("SELECT payload FROM outbox WHERE aggregateid = :id ORDER BY id")
    async with running.database.transaction(SYSTEM) as tx:
        payloads = await tx.scalars(select, {"id": str(aggregate_id)})
        return [envelope.read(payload.encode()).data for payload in payloads]


@dataclass(frozen=True)
class ApiCaller:
    """Somebody who calls an API; each POST gets a new Idempotency-Key unless one is given."""

    http: httpx2.AsyncClient
    org: UUID | None
    roles: tuple[str, ...]
    countries: tuple[str, ...] = ()
    learner_id: UUID | None = None

    async def get(self, path: str, **params: Any) -> httpx2.Response:
        return await self.http.get(path, params=params, headers=self._headers())

    async def post(self, path: str, body: Any = None, *, version: int | None = None, key: str = "") -> httpx2.Response:
        headers = self._headers(version) | {"Idempotency-Key": key or str(uuid4())}
        return await self.http.post(path, json=body, headers=headers)

    async def put(self, path: str, body: Any, *, version: int | None = None) -> httpx2.Response:
        return await self.http.put(path, json=body, headers=self._headers(version))

    async def delete(self, path: str, *, version: int | None = None) -> httpx2.Response:
        return await self.http.delete(path, headers=self._headers(version))

    def _headers(self, version: int | None = None) -> dict[str, str]:
        org = str(self.org) if self.org else None
        claims: dict[str, Any] = {"org": org, "roles": [*self.roles], "countries": [*self.countries]}
        if self.learner_id:
            claims["learner_id"] = str(self.learner_id)
        token = provider.signed(sub=f"{org} {self.roles}", **claims)
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return {"Authorization": f"Bearer {token}"} | match
