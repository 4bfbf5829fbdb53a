"""A service's API on a port of this machine, for what no transport within one process shows: answers that stay open."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from shared.auth import Authenticator, Principal
from shared.jwks import IssuerKeys
from shared.process import Server, application
from shared.service import Running
from tests.support import provider

GRACE_SECONDS = 5


@dataclass(frozen=True)
class Served:
    http: httpx2.AsyncClient
    server: Server
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.serving


@asynccontextmanager
async def served_api(running: Running) -> AsyncIterator[Served]:
    keys = IssuerKeys(provider.URL, transport=provider.Provider(provider.KEY))
    app = application(running, {}, Authenticator(keys, running.settings.platform.audience))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = "http://{}:{}".format(*listening.getsockname())
        server = Server(app, grace=GRACE_SECONDS, ws="none")
        serving = asyncio.create_task(server.serve(sockets=[listening]), name="api")
        async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
            served = Served(http, server, serving)
            try:
                yield served
            finally:
                await served.stop()


def bearer(who: Principal) -> dict[str, str]:
    """The header with a token for this principal."""
    claims: dict[str, Any] = {"org": str(who.org), "roles": sorted(who.roles), "countries": sorted(who.countries)}
    return {"Authorization": f"Bearer {provider.signed(sub=who.sub, **claims)}"}
