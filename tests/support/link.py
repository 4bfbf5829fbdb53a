"""A TCP proxy before a server: what goes through it can be slowed, held back and cut, as in a bad network."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

CHUNK = 65_536


class Link:
    """Passes bytes on, both ways, between whoever connects to `target` and the server at `port`."""

    def __init__(self, name: str, server_port: int) -> None:
        self.name, self.port = name, 0
        self._server_port = server_port
        self._delay = 0.0
        self._is_cut = False
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    @contextmanager
    def slowed(self, seconds: float) -> Iterator[None]:
        """Everything takes so much longer, in each direction."""
        self._delay = seconds
        try:
            yield
        finally:
            self._delay = 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing arrives and no connection breaks: what was sent meanwhile arrives in the end."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """All connections are reset, wherever they were, and so is each new one."""
        self._is_cut = True
        self._reset()
        try:
            yield
        finally:
            self._is_cut = False

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator["Link"]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port = port
        try:
            yield self
        finally:
            server.close()
            self._open.set()
            self._reset()
            await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._kept(writer):
            if self._is_cut:
                writer.transport.abort()
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
            async with self._kept(there_writer):
                await _first_to_end(
                    lambda: self._pass_on(reader, there_writer), lambda: self._pass_on(there_reader, writer)
                )

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            if self._delay:
                await asyncio.sleep(self._delay)
            await self._open.wait()
            writer.write(chunk)
            await writer.drain()

    @asynccontextmanager
    async def _kept(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """One end of a connection; when the other one is gone, so is this."""
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError):
                yield
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


async def _first_to_end(*directions: Callable[[], Awaitable[None]]) -> None:
    tasks = [asyncio.ensure_future(direction()) for direction in directions]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
