"""All five services in one process on one port, with the same paths as behind an ingress."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.databases import provide
from deploy.routes import SERVICES, service_of
from shared import migrations, process
from shared.auth import Authenticator
from shared.problems import NotFound
from shared.process import Loop
from shared.service import Running, Service
from shared.settings import PlatformSettings

PREFIX = "acquis"
"""What the names of the databases begin with."""
LOG = structlog.get_logger(__name__)


class OnePort:
    """Sends a request to the service that answers its path: `/v1/…` by resource, `/<service>/…` for its own pages."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = dict(apps)

    def mount(self, name: str, app: ASGIApp) -> None:
        """Answer `/<name>/…` by another app."""
        self._apps[name] = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/v1/") and (service := service_of(path)):
            await self._apps[service](scope, receive, send)
            return
        name, _, rest = path.removeprefix("/").partition("/")
        if name in self._apps and rest:
            await self._apps[name]({**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}, receive, send)
        else:
            await (_directory() if path == "/" else _not_found())(scope, receive, send)


class Everything:
    """The services of this process and what goes on in it."""

    def __init__(self, services: Mapping[str, Running], authenticator: Authenticator) -> None:
        self.services = services
        self.loops: dict[str, Loop] = {}
        apps: dict[str, FastAPI] = {}
        for name, running in services.items():
            loops = {**process.consumers(running), **process.relays(running), **process.workers(running)}
            self.loops |= {f"{name} {loop}": going for loop, going in loops.items()}
            apps[name] = process.application(running, loops, authenticator)
        self.app = OnePort(apps)


@asynccontextmanager
async def everything(
    admin_url: str,
    password: str,
    platform: PlatformSettings,
    authenticator: Authenticator,
    *,
    prefix: str = PREFIX,
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[Everything]:
    """The services on migrated databases `<prefix>_<service>`; `own` has settings of single services."""
    given = own or {}
    built = [
        await _build(name, admin_url, f"{prefix}_{name}", password, platform, given.get(name, {})) for name in SERVICES
    ]  # one after the other: Alembic's context is global
    running = {service.name: Running(service) for service in built}
    try:
        yield Everything(running, authenticator)
    finally:
        await asyncio.gather(*(service.close() for service in running.values()))


async def _build(
    name: str, admin_url: str, database: str, password: str, platform: PlatformSettings, own: Mapping[str, Any]
) -> Service:
    made = await provide(admin_url, database, password)
    settings = import_module(f"services.{name}.settings").Settings(
        database_url=made.url, owner_database_url=made.owner_url, platform=platform, **own
    )
    service: Service = import_module(f"services.{name}.app").service(settings)
    revision = await migrations.migrate(service)
    LOG.info("migrated", service=name, revision=revision)
    return service


def _directory() -> JSONResponse:
    pages = ("openapi.json", "asyncapi.json", "healthz", "readyz", "metrics")
    return JSONResponse({name: [f"/{name}/{page}" for page in pages] for name in SERVICES})


def _not_found() -> JSONResponse:
    document = NotFound("No service answers this path; / lists them.").document(PlatformSettings().problem_base)
    return JSONResponse(document, NotFound.status, media_type="application/problem+json")
