"""Events to many subscriptions: deliveries a second beside a bare loop of the same posts, and whether memory grows."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.servers import Servers
from services.notifications import handlers
from services.notifications.app import service
from services.notifications.settings import Settings
from shared import envelope
from shared.db import SYSTEM
from shared.service import Running
from shared.telemetry import current_traceparent
from tests.bench.chains import PROJECT, started
from tests.bench.receiver import Receiver, receiving
from tests.support.notifications import SettingsWithKey, review, somebody, subscribe
from tests.support.running import running_service

PATIENCE_SECONDS = 900
AT_ONCE = 500
"""Events taken in together, as the consumer does."""


@dataclass(frozen=True)
class FanOut:
    events: int
    subscriptions: int
    acquis: float
    """Deliveries a second."""
    bare: float
    """Of the loop that only posts, by the same client."""
    httpx2: float
    """Of such a loop by httpx2."""
    longest_pause: float
    """Seconds in which Acquis delivered nothing, though there was something."""
    early: int
    """Bytes of memory that the worker has when a tenth is delivered."""
    late: int
    """When everything is."""

    @property
    def ratio(self) -> float:
        return self.acquis / self.bare

    @property
    def httpx2_ratio(self) -> float:
        return self.acquis / self.httpx2

    @property
    def growth(self) -> float:
        return self.late / self.early


async def fan_out(servers: Servers, events: int, subscriptions: int, log: Path) -> FanOut:
    async with receiving() as receiver, running_service(service, SettingsWithKey, servers.database_url) as running:
        bodies = await _queued(running, receiver, events, subscriptions)
        acquis, early, late = await _delivered(running, receiver, events * subscriptions, log)
        pause = receiver.longest_pause
        bare, httpx2 = [await _posted(receiver, bodies, subscriptions, client) for client in ("aiohttp", "httpx2")]
    return FanOut(events, subscriptions, acquis, bare, httpx2, pause, early, late)


async def _queued(running: Running, receiver: Receiver, events: int, subscriptions: int) -> list[bytes]:
    """The bodies of the events, each queued for each subscription."""
    home = somebody()
    settings = _settings(running, receiver).model_copy(update={"most_subscriptions": subscriptions})
    for _ in range(subscriptions):
        await subscribe(running, home, receiver.url, settings=settings)
    said = [envelope.write(review(home.org), current_traceparent()) for _ in range(events)]
    for start in range(0, events, AT_ONCE):
        async with running.database.transaction(SYSTEM) as tx:
            await handlers.take_in(tx, said[start : start + AT_ONCE])
    return [event.body for event in said]


def _settings(running: Running, receiver: Receiver) -> Settings:
    assert isinstance(running.settings, Settings)
    return running.settings.model_copy(update={"allowed_targets": frozenset({urlsplit(receiver.url).netloc})})


async def _delivered(running: Running, receiver: Receiver, number: int, log: Path) -> tuple[float, int, int]:
    settings = _settings(running, receiver)
    environment = {
        "NOTIFICATIONS_DATABASE_URL": settings.database_url.get_secret_value(),
        "NOTIFICATIONS_SECRET_KEY": settings.secret_key.get_secret_value(),
        "NOTIFICATIONS_ALLOWED_TARGETS": json.dumps([urlsplit(receiver.url).netloc]),
    }
    async with started("tests.bench.worker", ["notifications"], environment, log) as worker:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await receiver.wait_for_all(max(number // 10, 1))
            early = worker.memory()
            await receiver.wait_for_all(number)
        return receiver.rate_of_all(), early, worker.memory()


async def _posted(receiver: Receiver, bodies: Sequence[bytes], times: int, client: str) -> float:
    receiver.forget()
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\n".join(bodies))
        file.flush()
        arguments = ("-m", "tests.bench.bare_posts", receiver.url, file.name, str(times), client)
        posting = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=PROJECT)
        await posting.wait()
    return receiver.rate_of_all()
