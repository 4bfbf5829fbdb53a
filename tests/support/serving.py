"""An app on a port of this machine, its loops beside it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.types import ASGIApp

from deploy.local.demo.client import until
from shared import process
from shared.process import Loops


@asynccontextmanager
async def served(app: ASGIApp, loops: Loops, port: int) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of it, once it answers."""
    serving = asyncio.create_task(process.serve(app, loops, host="127.0.0.1", port=port))
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:

            async def answers() -> bool | None:
                with contextlib.suppress(httpx2.TransportError):
                    return (await http.get("/catalogue/healthz")).is_success
                return None

            await until(answers)
            yield http
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
