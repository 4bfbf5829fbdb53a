"""A subscriber's endpoint that costs as little as can be: it notes when the first webhook of each learner arrived."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httptools

LEARNER = re.compile(rb'"learner_id": ?"([^"]+)"')
ANSWER = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"


class Receiver:
    def __init__(self) -> None:
        self.url = ""
        self.arrived: dict[str, float] = {}
        """Learner → `time.perf_counter()` of the first arrival."""
        self.times: Counter[str] = Counter()
        """How often a webhook came for a learner."""
        self.number = 0
        """Of all webhooks."""
        self.longest_pause = 0.0
        """Seconds between two webhooks that came one after the other."""
        self._began = self._ended = 0.0
        self._came = asyncio.Event()

    async def wait_for(self, learners: int) -> None:
        """Until there was a webhook for so many learners."""
        while len(self.arrived) < learners:
            self._came.clear()
            await self._came.wait()

    async def wait_for_all(self, number: int) -> None:
        """Until there were so many webhooks, about whomever."""
        while self.number < number:
            self._came.clear()
            await self._came.wait()

    def rate_of_all(self) -> float:
        """Webhooks a second, from the first to the last."""
        return (self.number - 1) / (self._ended - self._began)

    def rate(self) -> float:
        """The first webhooks about each learner a second, from the first to the last."""
        return (len(self.arrived) - 1) / (max(self.arrived.values()) - min(self.arrived.values()))

    @property
    def doubled(self) -> int:
        """For how many learners more than one webhook came."""
        return sum(times > 1 for times in self.times.values())

    def forget(self) -> None:
        self.arrived.clear()
        self.times.clear()
        self.number = 0
        self.longest_pause = 0.0

    def note(self, body: bytes) -> None:
        if found := LEARNER.search(body):
            learner, before, self._ended = found[1].decode(), self._ended, time.perf_counter()
            if self.number:
                self.longest_pause = max(self.longest_pause, self._ended - before)
            else:
                self._began = self._ended
            self.number += 1
            self.arrived.setdefault(learner, self._ended)
            self.times[learner] += 1
            self._came.set()


class Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver, self._body = receiver, b""
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._receiver.note(self._body)
        self._body = b""
        if self._transport:
            self._transport.write(ANSWER)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(receiver), "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        server.close()
