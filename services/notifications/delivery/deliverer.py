"""The loop that sends: many posts at once, few statements, and no transaction while a stranger's server thinks."""

import asyncio
import random
import time
from collections import Counter
from datetime import timedelta

from cryptography.fernet import InvalidToken
from opentelemetry.trace import SpanKind

from services.notifications import handlers, store
from services.notifications.delivery import signing
from services.notifications.delivery.post import PATIENCE_SECONDS, Poster
from services.notifications.domain.deliveries import Answer, is_gone, settle
from services.notifications.settings import Settings
from services.notifications.store import Attempt, Claimed
from services.notifications.vault import Vault
from shared import clock, ids
from shared.db import SYSTEM
from shared.service import Running
from shared.telemetry import continued_span, traceparent_of

AT_ONCE = 32
AHEAD = 8 * AT_ONCE
"""So many are claimed at the most: enough to keep all busy while results are recorded."""
LEASE = timedelta(seconds=60)
LOOK_AGAIN_SECONDS = 0.1
GATHERING_SECONDS = 0.03
"""How long results are gathered before they are recorded together."""
CLAIMING_SECONDS = 60.0
"""After so long a run comes to its end, so that the loop around it is seen to move."""

Posts = set[asyncio.Task[Attempt | None]]


class Deliverer:
    """Claims due deliveries, posts them and records the results.

    A crash between post and record means that the lease expires and the event is sent again, with the same
    `webhook-id`: at least once.
    """

    def __init__(self, settings: Settings) -> None:
        self._vault = Vault(settings.secret_key.get_secret_value())
        self._poster = Poster(settings.allowed_targets)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self, running: Running) -> int:
        """Send until nothing is due, and return how many attempts were made."""
        made, until = 0, time.monotonic() + CLAIMING_SECONDS
        attempts: list[Attempt] = []
        posting: Posts = set()
        try:
            while True:
                room = AHEAD - len(posting) if time.monotonic() < until else 0
                begin_until = time.monotonic() + LEASE.total_seconds() - PATIENCE_SECONDS
                claimed = await self._turn(running, attempts, room)
                posting |= {asyncio.create_task(self._attempt(one, begin_until)) for one in claimed}
                if not posting:
                    return made
                attempts, posting = await _gather(posting)
                made += len(attempts)
        finally:
            # Told to stop, or the database is away: what is under way is sent again when its lease ends.
            for post in posting:
                post.cancel()
            await asyncio.gather(*posting, return_exceptions=True)

    async def close(self) -> None:
        await self._poster.close()

    async def _turn(self, running: Running, attempts: list[Attempt], room: int) -> list[Claimed]:
        """Record what is finished, claim what there is room for; a crash between the two changes nothing."""
        database = running.database
        gone = {one.claimed.subscription_id for one in attempts if is_gone(one.answer)}
        async with database.transaction(SYSTEM) if gone else database.single_statements() as tx:
            if attempts:
                await store.record_attempts(tx, attempts)
            if gone:
                await handlers.disable_gone(tx, gone)
            claimed = await store.claim_due(tx, at_most=room, lease=LEASE) if room else []
        for state, number in Counter(one.settled.state for one in attempts).items():
            running.metrics.work.labels("deliver", state).inc(number)
        return claimed

    async def _attempt(self, claimed: Claimed, begin_until: float) -> Attempt | None:
        """None if its turn came so late that the lease might end before the post does."""
        async with self._slots:
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
        with continued_span(f"deliver {claimed.type}", claimed.traceparent, SpanKind.PRODUCER) as span:
            headers = signing.headers(claimed.event_id, clock.now(), claimed.body, secret, traceparent_of(span))
            return await self._poster.post(claimed.url, headers, claimed.body)


async def _gather(posting: Posts) -> tuple[list[Attempt], Posts]:
    """Wait until some are finished, then a moment for more of them; but not so long that new events have to wait."""
    finished, posting = await asyncio.wait(posting, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if finished and posting:
        more, posting = await asyncio.wait(posting, timeout=GATHERING_SECONDS)
        finished |= more
    return [attempt for post in finished if (attempt := post.result())], posting
