"""A subscriber's endpoint on this machine: remembers what it was sent and answers as it is told."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Received:
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    caller: str
    """Address and port: one for each connection."""


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: asyncio.Event | None = None
    """Answers only once this is set."""


class WebhookReceiver:
    """An ASGI app; `replies` are used up one by one, then it is `otherwise` for ever."""

    def __init__(self, host: str, port: int) -> None:
        self.port = port
        self.target = f"{host}:{port}"
        self.url = f"http://{self.target}/hook"
        self.received: list[Received] = []
        self.replies: deque[Reply] = deque()
        self.otherwise = Reply()
        self._came = asyncio.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        url, body = request.url, await request.body()
        came = Received(url.path, url.query, dict(request.headers), body, str(request.client))
        async with self._came:
            self.received.append(came)
            self._came.notify_all()
        reply = self.replies.popleft() if self.replies else self.otherwise
        if reply.after:
            await reply.after.wait()
        await Response(reply.body, reply.status, reply.headers)(scope, receive, send)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """For one that is not always there: what is sent to it before or after meets nobody."""
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            async with _serving(self, listening):
                yield

    def forget(self) -> None:
        self.received.clear()
        self.replies.clear()

    async def wait_for(self, number: int) -> list[Received]:
        """Everything received, once it is at least so many."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._came:
            await self._came.wait_for(lambda: len(self.received) >= number)
        return self.received


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """Listens on a free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = WebhookReceiver(*listening.getsockname())
        async with _serving(receiver, listening):
            yield receiver


@asynccontextmanager
async def _serving(receiver: WebhookReceiver, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        receiver, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="webhook receiver")
    try:
        yield
    finally:
        server.should_exit = True
        await serving
