"""How a process lives: an HTTP server, the loops beside it, and a clean end when it is told to stop."""

import asyncio
import gc
from collections.abc import Mapping
from pathlib import Path
from socket import socket
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import contracts, telemetry
from shared.audit_api import audit_router
from shared.auth import Authenticator
from shared.health import health_router
from shared.jwks import IssuerKeys
from shared.pages.provider import sign_in_of
from shared.pruning import PRUNING
from shared.service import Running
from shared.settings import PlatformSettings
from shared.web import create_app
from shared.work import WorkLoop

GRACE_SECONDS = 10
KEPT_SECONDS = 130
"""Idle connections are kept longer than proxies do (Caddy two minutes, nginx one), which would otherwise send a request
into one that is just being closed."""
ASYNCAPI = Path(contracts.__file__).parent / "asyncapi"


class Server(uvicorn.Server):
    """Tells the requests under way, in `request.state.stopping`, when it is about to stop.

    An answer without an end of its own has to come to one before the grace is over.
    """

    def __init__(self, app: ASGIApp, *, grace: int = GRACE_SECONDS, **config: Any) -> None:
        self._app, self._stopping = app, asyncio.Event()
        quiet: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False, "lifespan": "off"}
        times: dict[str, Any] = {"timeout_graceful_shutdown": grace, "timeout_keep_alive": KEPT_SECONDS}
        super().__init__(uvicorn.Config(self._answer, interface="asgi3", **times, **quiet, **config))

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["stopping"] = self._stopping
        await self._app(scope, receive, send)


class Loop(Protocol):
    """Something that goes on until it is cancelled and can tell whether it still moves."""

    async def run(self) -> None: ...

    def is_alive(self) -> bool: ...


Loops = Mapping[str, Loop]
"""The loops of a process by their names."""


def consumers(running: Running) -> Loops:
    return {"consumer": running.consumer} if running.service.subscriptions else {}


def relays(running: Running) -> Loops:
    return {f"relay {shard}": relay for shard, relay in enumerate(running.relays)}


def workers(running: Running) -> Loops:
    return {f"worker {worker.name}": WorkLoop(running, worker) for worker in (*running.service.workers, PRUNING)}


async def serve(app: ASGIApp, loops: Loops, *, host: str, port: int, listening: socket | None = None) -> None:
    """Serve and run the loops until SIGINT or SIGTERM, or until a loop fails, whose error is then raised.

    `listening` is a socket that has the port already.
    """
    gc.freeze()  # what was imported stays; looking through it for garbage would stop everything for a tenth of a second
    server = Server(app, host=host, port=port)
    serving = asyncio.create_task(server.serve([listening] if listening else None), name="http")
    going = [asyncio.create_task(loop.run(), name=name) for name, loop in loops.items()]
    try:
        ended, _ = await asyncio.wait([serving, *going], return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        for task in going:
            task.cancel()
        await asyncio.gather(serving, *going, return_exceptions=True)
    for task in ended:
        task.result()


def application(running: Running, loops: Loops, authenticator: Authenticator | None = None) -> FastAPI:
    """The service's API with its health, metrics and AsyncAPI document."""
    service, platform = running.service, running.settings.platform
    authenticator = authenticator or _authenticator(platform)
    app = create_app(
        f"Acquis {service.name}",
        routers=[
            *service.routers,
            audit_router(service.name),
            health_router(running, {name: loop.is_alive for name, loop in loops.items()}),
        ],
        database=running.database,
        metrics=running.metrics,
        authenticator=authenticator,
        platform=platform,
    )
    app.state.settings = running.settings
    app.state.sign_in = sign_in_of(service.name, platform, authenticator.keys)
    events = FileResponse(ASYNCAPI / f"{service.name}.json", media_type="application/json")
    app.add_route("/asyncapi.json", lambda _: events, include_in_schema=False)
    FastAPIInstrumentor.instrument_app(
        app,
        excluded_urls="healthz,readyz,metrics",
        exclude_spans=["receive", "send"],
        server_request_hook=telemetry.redact,
    )
    return app


def health_only(running: Running, loops: Loops) -> FastAPI:
    """What a process without an API still answers: `/healthz`, `/readyz` and `/metrics`."""
    app = FastAPI(openapi_url=None)
    app.include_router(health_router(running, {name: loop.is_alive for name, loop in loops.items()}))
    return app


def _authenticator(platform: PlatformSettings) -> Authenticator:
    jwks_url, discovery_url = (str(url) if url else None for url in (platform.jwks_url, platform.discovery_url))
    return Authenticator(IssuerKeys(platform.issuer, jwks_url, discovery_url=discovery_url), platform.audience)
