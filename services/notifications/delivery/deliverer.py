"""The loop that sends: many posts at once, few statements, and no transaction while a stranger's server thinks."""

import asyncio
import random
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from cryptography.fernet import InvalidToken
from opentelemetry.trace import SpanKind

from services.notifications import handlers, store
from services.notifications.delivery import fair_share, signing
from services.notifications.delivery.post import PATIENCE_SECONDS, Poster
from services.notifications.domain.deliveries import Answer, is_gone, settle
from services.notifications.settings import Settings
from services.notifications.store import Attempt, Claimed
from services.notifications.store.vault import Vault
from shared import clock, ids
from shared.db import SYSTEM
from shared.service import Running
from shared.telemetry import continued_trace

AT_ONCE = 64
AT_ONCE_EACH = 32
"""Posts for one subscription: not all of them, since an endpoint that answered well until now may hang."""
AHEAD = 2 * fair_share.MOST
"""So many deliveries are in hand at the most; for the same reason twice what one subscription may have."""
LEASE = timedelta(seconds=60)
LOOK_AGAIN_SECONDS = 0.1
GATHERING_SECONDS = 0.03
"""How long results are gathered before they are recorded together."""
RUN_SECONDS = 60.0
"""After so long a run comes to its end, so that the loop around it is seen to move."""


class Deliverer:
    """Claims due deliveries, posts them and records the results.

    A crash between post and record means that the lease expires and the event is sent again, with the same
    `webhook-id`: at least once.
    """

    def __init__(self, settings: Settings) -> None:
        self._vault = Vault(settings.secret_key.get_secret_value())
        self._poster = Poster(settings.allowed_targets)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._lanes: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._posting: dict[asyncio.Task[Attempt | None], UUID] = {}
        """What is in hand, and for which subscription."""

    @property
    def under_way(self) -> int:
        """Deliveries in hand that the next run will hear of."""
        return len(self._posting)

    async def run(self, running: Running) -> int:
        """Send until nothing more is due, or for a while; return how many attempts were made."""
        made, until = 0, time.monotonic() + RUN_SECONDS
        try:
            while True:
                attempts = await self._gather() if self._posting else []
                made += len(attempts)
                begin_until = time.monotonic() + LEASE.total_seconds() - PATIENCE_SECONDS
                for claimed in await self._turn(running, attempts):
                    self._posting[asyncio.create_task(self._attempt(claimed, begin_until))] = claimed.subscription_id
                if not self._posting or time.monotonic() > until:
                    return made
        except BaseException:
            await self._abandon()
            raise

    async def close(self) -> None:
        await self._abandon()
        await self._poster.close()

    async def _abandon(self) -> None:
        """Told to stop, or the database is away: what is under way is sent again when its lease ends."""
        posts = list(self._posting)
        self._posting.clear()
        for post in posts:
            post.cancel()
        await asyncio.gather(*posts, return_exceptions=True)

    async def _turn(self, running: Running, attempts: list[Attempt]) -> list[Claimed]:
        """Record what is finished, claim what there is room for; a crash between the two changes nothing."""
        database = running.database
        gone = {one.claimed.subscription_id for one in attempts if is_gone(one.answer)}
        async with database.transaction(SYSTEM) if gone else database.single_statements() as tx:
            if attempts:
                await store.record_attempts(tx, attempts)
            if gone:
                await handlers.disable_gone(tx, gone)
            free = fair_share.free_shares(self._posting.values(), attempts)
            claimed = await store.claim_due(
                tx, at_most=AHEAD - len(self._posting), free=free, otherwise=fair_share.FIRST, lease=LEASE
            )
        for state, number in Counter(one.settled.state for one in attempts).items():
            running.metrics.work.labels("deliver", state).inc(number)
        return claimed

    async def _attempt(self, claimed: Claimed, begin_until: float) -> Attempt | None:
        """None if its turn came so late that the lease might end before the post does."""
        lane = self._lanes.setdefault(claimed.subscription_id, asyncio.Semaphore(AT_ONCE_EACH))
        async with lane, self._slots:
            if time.monotonic() > begin_until:
                return None
            at, begun = clock.now(), time.perf_counter()
            answer = await self._post(claimed)
            duration_ms = round((time.perf_counter() - begun) * 1000)
        chance = random.random()  # noqa: S311 - jitter is no secret
        settled = settle(answer, claimed.failures, clock.now(), chance)
        return Attempt(ids.new_id(), claimed, at, duration_ms, answer, settled)

    async def _post(self, claimed: Claimed) -> Answer:
        try:
            secret = self._vault.opened(claimed.sealed_secret)
        except InvalidToken as error:
            return Answer(error=type(error).__name__)
        with continued_trace(f"deliver {claimed.type}", claimed.traceparent, SpanKind.PRODUCER) as traceparent:
            headers = signing.headers(claimed.event_id, clock.now(), claimed.body, secret, traceparent)
            return await self._poster.post(claimed.url, headers, claimed.body)

    async def _gather(self) -> list[Attempt]:
        """Wait until some are finished, then a moment for more; but not so long that new events have to wait."""
        finished, others = await asyncio.wait(
            self._posting, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if finished and others:
            more, _ = await asyncio.wait(others, timeout=GATHERING_SECONDS)
            finished |= more
        for post in finished:
            del self._posting[post]
        return [attempt for post in finished if (attempt := post.result())]
