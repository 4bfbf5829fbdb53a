"""Reading the feed, and waiting for it to grow without holding a transaction."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from services.notifications import store
from services.notifications.store import FeedPage
from shared.auth import Principal
from shared.db import Database
from shared.problems import Gone
from shared.tenancy import acting_for

CHANNEL = "feed"
LOOKS = 10
"""At stretches of the feed, for one page: what is for others is passed over, but not for ever."""


class FeedPoll:
    """One connection listens for all who wait in this process, for as long as anybody does."""

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        """`stopping` is set when the process is about to end: then nobody is kept waiting."""
        self._database = database
        self.stopping = stopping
        self._grown = asyncio.Event()
        self._waiting = 0
        self._listening: asyncio.Task[None] | None = None

    async def read(self, principal: Principal, after: int, limit: int, wait: float) -> FeedPage:
        """A page of what the caller may read.

        An empty one only after `wait` seconds, when the process stops, or past much that is for others: then its `next`
        leads on.
        """
        page = await self._page(principal, after, limit)
        if page.entries or not wait:
            return page
        until = time.monotonic() + wait
        async with self._listener():
            while not page.entries and (left := until - time.monotonic()) > 0 and not self.stopping.is_set():
                grown = self._grown
                page = await self._page(principal, page.next, limit)
                if page.at_end and not page.entries:
                    await _wait_for_either(grown, self.stopping, at_most=left)
        return page

    async def require_kept(self, after: int) -> None:
        """`Gone` if something that came after this position is forgotten; 0 is the beginning of what is kept."""
        if not after:
            return
        async with self._database.single_statements() as tx:
            forgotten = await store.forgotten_until(tx)
        if after < forgotten:
            raise Gone("Events after this position are forgotten. Read what is kept with after=0.", because="forgotten")

    async def _page(self, principal: Principal, after: int, limit: int) -> FeedPage:
        """What is found in some looks, each in a transaction of its own so that nobody waits long for a connection."""
        page = FeedPage([], after, at_end=False)
        for _ in range(LOOKS):
            found = await self._look(principal, page.next, limit - len(page.entries))
            page = replace(found, entries=[*page.entries, *found.entries])
            if page.at_end or len(page.entries) == limit:
                break
        await self.require_kept(after)  # last, so that nothing was forgotten unnoticed while it was read
        return page

    async def _look(self, principal: Principal, after: int, limit: int) -> FeedPage:
        # Asked for before the page, which therefore misses nothing up to its end.
        async with self._database.single_statements() as tx:
            stretch = await store.next_stretch(tx, after)
        async with self._database.transaction(acting_for(principal)) as tx:
            return await store.read_feed(tx, principal, stretch, limit)

    @asynccontextmanager
    async def _listener(self) -> AsyncIterator[None]:
        self._waiting += 1
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="listen to the feed")
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._listening.cancel()
                self._listening = None

    async def _listen(self) -> None:
        async with self._database.listen(CHANNEL) as woken:
            while True:
                await woken.wait()
                woken.clear()
                # Whoever has taken the old one before looking cannot miss this.
                self._grown.set()
                self._grown = asyncio.Event()


async def _wait_for_either(*events: asyncio.Event, at_most: float) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=at_most, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
