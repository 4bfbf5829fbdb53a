"""The loop of a worker: do what is due, then wait for the time or for a notification."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, nullcontext

import structlog

from shared.db import is_transient, wait_until_woken
from shared.kafka.consumer import backoff
from shared.service import Running, Worker

LOG = structlog.get_logger(__name__)
STUCK_AFTER = 300.0


class WorkLoop:
    """Runs one worker until cancelled."""

    def __init__(self, running: Running, worker: Worker) -> None:
        self._running, self._worker = running, worker
        self._moved = time.monotonic()

    def is_alive(self) -> bool:
        return time.monotonic() - self._moved < STUCK_AFTER + self._worker.every.total_seconds()

    async def run(self) -> None:
        try:
            async with self._woken() as woken:
                await self._work(woken)
        finally:
            if self._worker.close:
                await self._worker.close()

    async def _work(self, woken: asyncio.Event) -> None:
        failures = 0
        while True:
            self._moved = time.monotonic()
            done = await self._try_once()
            failures = failures + 1 if done is None else 0
            if failures:
                await asyncio.sleep(backoff(failures))
            elif not done:
                await wait_until_woken(woken, self._worker.every.total_seconds())

    async def _try_once(self) -> int | None:
        try:
            return await self._worker.run(self._running)
        except Exception as error:
            if not is_transient(error):
                raise
            LOG.warning("worker failed, trying again", worker=self._worker.name, error=repr(error))
            return None

    def _woken(self) -> AbstractAsyncContextManager[asyncio.Event]:
        channel = self._worker.wakes_on
        return self._running.database.listen(channel) if channel else nullcontext(asyncio.Event())
