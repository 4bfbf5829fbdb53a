"""The feed as server-sent events (HTML Living Standard, 9.2): pushed over one answer that stays open."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from services.notifications.api.feed_poll import FeedPoll
from shared.auth import Principal
from shared.problems import RateLimited

MEDIA_TYPE = "text/event-stream"
STREAMS_EACH = 5
"""Open at once for one caller; in each process."""
ROOM_AGAIN_SECONDS = 60
HEARTBEAT_SECONDS = 15
"""Proxies take a connection for dead that says nothing for longer."""
LONGEST_SECONDS = 900
"""The token is checked at the beginning only, so a stream must not last much longer than a token does."""
ENTRIES_AT_ONCE = 200


def wants_stream(accept: str) -> bool:
    return MEDIA_TYPE in accept.lower()


class Streams:
    """The streams that are open in this process."""

    def __init__(self, poll: FeedPoll) -> None:
        self.poll = poll
        self._open: Counter[str] = Counter()

    def stream(self, principal: Principal, after: int) -> "Stream":
        return Stream(self, principal, after)

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """`RateLimited` if the caller has as many already."""
        if self._open[caller] >= STREAMS_EACH:
            raise RateLimited(ROOM_AGAIN_SECONDS)
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


class Stream(EventSourceResponse):
    """What the caller may read from a position on, until it ends or the caller goes away."""

    def __init__(self, streams: Streams, principal: Principal, after: int) -> None:
        super().__init__(follow(streams.poll, principal, after), headers={"X-Accel-Buffering": "no"})
        self._streams, self._caller = streams, principal.sub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.place(self._caller):
            await super().__call__(scope, receive, send)


async def follow(poll: FeedPoll, principal: Principal, after: int) -> AsyncIterator[bytes]:
    """Entry by entry. An event without data moves on a client's `Last-Event-ID` past what is for others."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until and not poll.stopping.is_set():
        page = await poll.read(principal, after, ENTRIES_AT_ONCE, HEARTBEAT_SECONDS)
        for entry in page.entries:
            yield format_sse_event(data_str=entry.body.decode(), id=str(entry.position))
        after = page.next
        if not page.entries:
            yield format_sse_event(comment="nothing new", id=str(after))
