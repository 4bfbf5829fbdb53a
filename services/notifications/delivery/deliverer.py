"""The loop that sends: many posts at once, few statements, and no transaction while a stranger's server thinks."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from cryptography.fernet import InvalidToken
from opentelemetry.trace import SpanKind

from services.notifications import handlers, store
from services.notifications.delivery import fair_share, signing
from services.notifications.delivery.post import PATIENCE_SECONDS, READING_SECONDS, Poster
from services.notifications.domain.answers import Answer, asked_to_wait
from services.notifications.domain.deliveries import ATTEMPTS, TRIED_ONCE, settle
from services.notifications.settings import Settings
from services.notifications.store import Attempt, Claimed
from shared import clock, ids
from shared.db import SYSTEM, is_transient
from shared.service import Running
from shared.telemetry import continued_trace

LOG = structlog.get_logger(__name__)
AT_ONCE = 64
AT_ONCE_EACH = 32
"""Posts for one subscription: not all of them, since an endpoint that answered well until now may hang."""
AT_ONCE_OF_OWNER = 48
"""Posts for one institution, for the same reason: whoever else comes finds a place."""
AHEAD = 2 * fair_share.MOST
"""So many deliveries are in hand at the most; for the same reason twice what one institution may have."""
LEASE = timedelta(seconds=60)
FRESH_SECONDS = 1.0
"""So long after its claim nobody asks again whether a delivery is still wanted."""
LOOK_AGAIN_SECONDS = 0.1
GATHERING_SECONDS = 0.03
"""How long results are gathered before they are recorded together."""
RUN_SECONDS = 60.0
"""After so long a run comes to its end, so that the loop around it is seen to move."""
LAST_SECONDS = 5.0
"""What is under way when the process is told to stop has so long to be answered, and is then not sent twice."""


class Deliverer:
    """Claims due deliveries, posts them and records the results.

    A crash between post and record means that the lease expires and the event is sent again, with the same
    `webhook-id`: at least once.
    """

    def __init__(self, settings: Settings) -> None:
        self._vault = settings.vault
        self._poster = Poster(settings.allowed_targets)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._looking = asyncio.Lock()
        """One after the other, so that those who look do not take all connections."""
        self._lanes: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._posting: dict[asyncio.Task[Attempt | None], Claimed] = {}
        """What is in hand."""
        self._asked_at: dict[UUID, float] = {}
        """When, on the monotonic clock, endpoints of subscriptions asked to be left alone."""
        self._stopping = False

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
                claimed_at = time.monotonic()
                for claimed in await self._turn(running, attempts):
                    attempt = asyncio.create_task(self._attempt(running, claimed, claimed_at))
                    self._posting[attempt] = claimed
                if not self._posting or time.monotonic() > until:
                    return made
        except asyncio.CancelledError:
            await self._finish(running)
            raise
        except BaseException:
            await self._abandon()
            raise

    async def close(self) -> None:
        await self._abandon()
        await self._poster.close()

    async def _finish(self, running: Running) -> None:
        """Told to stop: begin nothing more, wait a moment for what is under way, and record what came of it."""
        self._stopping = True
        if self._posting:
            await asyncio.wait(self._posting, timeout=LAST_SECONDS)
        try:
            await self._record(running, self._take([post for post in self._posting if post.done()]))
        except Exception as error:
            if not is_transient(error):
                raise
            LOG.warning("results not recorded, what was posted is sent again", error=repr(error))
        finally:
            await self._abandon()

    async def _abandon(self) -> None:
        """What is under way is sent again when its lease ends."""
        posts = list(self._posting)
        self._posting.clear()
        for post in posts:
            post.cancel()
        await asyncio.gather(*posts, return_exceptions=True)

    async def _turn(self, running: Running, attempts: list[Attempt]) -> list[Claimed]:
        """Record what is finished, claim what there is room for; a crash between the two changes nothing."""
        await self._record(running, attempts)
        free = fair_share.free_shares(self._posting.values(), attempts)
        async with running.database.single_statements() as tx:
            return await store.claim_due(
                tx,
                at_most=AHEAD - len(self._posting),
                owners=free.owners,
                subscriptions=free.subscriptions,
                lease=LEASE,
            )

    async def _record(self, running: Running, attempts: list[Attempt]) -> None:
        database = running.database
        telling = [one for one in attempts if handlers.tells_of_its_subscription(one)]
        async with database.transaction(SYSTEM) if telling else database.single_statements() as tx:
            if attempts:
                await store.record_attempts(tx, attempts)
            if telling:
                await handlers.note_outcomes(tx, attempts)
        for state, number in Counter(one.settled.state for one in attempts).items():
            running.metrics.work.labels("deliver", state).inc(number)

    async def _attempt(self, running: Running, claimed: Claimed, claimed_at: float) -> Attempt | None:
        """None if it is better left to the next claim."""
        own = self._lane(claimed.subscription_id, AT_ONCE_EACH)
        owners = self._lane(claimed.owner_id, AT_ONCE_OF_OWNER)
        async with own, owners, self._slots:
            if self._stopping or self._asked_since(claimed, claimed_at):
                return None
            if not await self._still_ours(running, claimed, time.monotonic() - claimed_at):
                return None
            at, begun = clock.now(), time.perf_counter()
            answer, signature = await self._post(claimed, at)
            duration_ms = round((time.perf_counter() - begun) * 1000)
            if asked_to_wait(answer):
                self._asked_at[claimed.subscription_id] = time.monotonic()
        chance = random.random()  # noqa: S311 - jitter is no secret
        attempts = TRIED_ONCE if claimed.is_ping else ATTEMPTS
        settled = settle(answer, claimed.failures, clock.now(), chance, attempts)
        return Attempt(ids.new_id(), claimed, at, duration_ms, answer, settled, signature)

    def _lane(self, whose: UUID, places: int) -> asyncio.Semaphore:
        return self._lanes.setdefault(whose, asyncio.Semaphore(places))

    async def _still_ours(self, running: Running, claimed: Claimed, waited: float) -> bool:
        """Not if the lease might end before the post does, nor if it was withdrawn while it waited for a slow one."""
        if waited > LEASE.total_seconds() - PATIENCE_SECONDS - READING_SECONDS:
            return False
        if waited < FRESH_SECONDS:
            return True
        async with self._looking, running.database.single_statements() as tx:
            return await store.is_still_wanted(tx, claimed)

    def _asked_since(self, claimed: Claimed, claimed_at: float) -> bool:
        """Whether its endpoint asked to be left alone since then; what is claimed later was claimed knowing that."""
        if self._asked_at.get(claimed.subscription_id, 0) >= claimed_at:
            return not claimed.is_ping  # somebody waits for it
        self._asked_at.pop(claimed.subscription_id, None)
        return False

    async def _post(self, claimed: Claimed, at: datetime) -> tuple[Answer, str | None]:
        """The answer, and the signature that was sent."""
        try:
            secrets = [self._vault.opened(sealed) for sealed in claimed.sealed_secrets]
        except InvalidToken as error:
            return Answer(error=type(error).__name__), None
        with continued_trace(f"deliver {claimed.type}", claimed.traceparent, SpanKind.PRODUCER) as traceparent:
            signature = signing.signature(claimed.event_id, at, claimed.body, secrets, self._vault.signing_keys)
            headers = [*signing.headers(claimed.event_id, at, traceparent), ("webhook-signature", signature)]
            return await self._poster.post(claimed.url, headers, claimed.body), signature

    async def _gather(self) -> list[Attempt]:
        """Wait until some are finished, then a moment for more; but not so long that new events have to wait."""
        finished, others = await asyncio.wait(
            self._posting, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if finished and others:
            more, _ = await asyncio.wait(others, timeout=GATHERING_SECONDS)
            finished |= more
        return self._take(finished)

    def _take(self, finished: Collection[asyncio.Task[Attempt | None]]) -> list[Attempt]:
        """What came of them; they are in hand no longer."""
        for post in finished:
            del self._posting[post]
        return [attempt for post in finished if (attempt := post.result())]
