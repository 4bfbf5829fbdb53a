"""Subscribers beside one whose endpoint hangs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
import pytest_asyncio

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.delivery.deliverer import AHEAD, AT_ONCE_EACH, AT_ONCE_OF_OWNER
from services.notifications.delivery.fair_share import FIRST, FIRST_OF_OWNER
from services.notifications.settings import Settings
from services.notifications.store import Shares
from shared.db import SYSTEM
from shared.service import Running
from tests.support.notifications import HOOK, hear, queue_up, review, somebody, subscribe
from tests.support.webhook_receiver import Reply, WebhookReceiver, webhook_receiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest_asyncio.fixture(loop_scope="session")
async def tarpit() -> AsyncIterator[WebhookReceiver]:
    """A second endpoint."""
    async with webhook_receiver() as made:
        yield made


@pytest.fixture
def both(settings: Settings, tarpit: WebhookReceiver) -> Settings:
    return settings.model_copy(update={"allowed_targets": settings.allowed_targets | {tarpit.target}})


@asynccontextmanager
async def sending(running: Running, settings: Settings) -> AsyncIterator[None]:
    deliverer = Deliverer(settings)
    task = asyncio.create_task(deliverer.run(running))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await deliverer.close()


async def others_are_served(
    running: Running, receiver: WebhookReceiver, settings: Settings, tarpit: WebhookReceiver, *, received: int
) -> None:
    """All that another institution has waiting is sent, while the hanging endpoint gets no more than this."""
    await tarpit.wait_for(received)
    await queue_up(running, receiver.url, settings, 100)
    await receiver.wait_for(100)
    assert len(tarpit.received) == received


async def test_an_endpoint_that_never_answers_does_not_hold_up_the_others(
    running: Running, receiver: WebhookReceiver, tarpit: WebhookReceiver, both: Settings
):
    hanging = asyncio.Event()
    tarpit.replies.extend([Reply(after=hanging)] * 300)
    await queue_up(running, tarpit.url, both, 300)
    async with sending(running, both):
        await others_are_served(running, receiver, both, tarpit, received=FIRST)
        hanging.set()


async def test_an_endpoint_that_answers_has_full_speed_and_once_it_hangs_leaves_room_for_the_others(
    running: Running, receiver: WebhookReceiver, tarpit: WebhookReceiver, both: Settings
):
    hanging = asyncio.Event()
    tarpit.replies.extend([Reply()] * 40 + [Reply(after=hanging)] * 160)
    await queue_up(running, tarpit.url, both, 200)
    async with sending(running, both):
        await others_are_served(running, receiver, both, tarpit, received=40 + AT_ONCE_EACH)
        hanging.set()


async def test_however_many_subscriptions_hang_other_institutions_are_sent_to_at_once(
    running: Running, receiver: WebhookReceiver, tarpit: WebhookReceiver, both: Settings
):
    hanging = asyncio.Event()
    tarpit.otherwise = Reply(after=hanging)
    hostile = somebody()
    for _ in range(AHEAD // FIRST):
        await subscribe(running, hostile, tarpit.url, settings=both.model_copy(update={"most_subscriptions": AHEAD}))
    await hear(running, *(review(hostile.org) for _ in range(FIRST)))
    async with sending(running, both):
        await others_are_served(running, receiver, both, tarpit, received=FIRST_OF_OWNER)
        hanging.set()


async def test_an_institution_that_answered_until_now_leaves_places_for_others_when_all_its_endpoints_hang(
    running: Running, receiver: WebhookReceiver, tarpit: WebhookReceiver, both: Settings
):
    hanging = asyncio.Event()
    tarpit.replies.extend([Reply()] * 100)
    tarpit.otherwise = Reply(after=hanging)
    who = somebody()
    for _ in range(10):
        await subscribe(running, who, tarpit.url, settings=both)
    await hear(running, *(review(who.org) for _ in range(40)))
    async with sending(running, both):
        await others_are_served(running, receiver, both, tarpit, received=100 + AT_ONCE_OF_OWNER)
        hanging.set()


async def test_a_claim_takes_of_each_owner_and_subscription_what_it_is_given(running: Running, settings: Settings):
    one, other, third = [await queue_up(running, HOOK, settings, 10) for _ in range(3)]
    lease, plenty = timedelta(minutes=1), Shares({}, 100)
    async with running.database.transaction(SYSTEM) as tx:
        claimed = await store.claim_due(
            tx,
            at_most=100,
            owners=Shares({other.owner_id: 3}, 100),
            subscriptions=Shares({one.id: 7, third.id: 0}, 4),
            lease=lease,
        )
        assert Counter(each.subscription_id for each in claimed) == {one.id: 7, other.id: 3}
        assert len(await store.claim_due(tx, at_most=5, owners=plenty, subscriptions=plenty, lease=lease)) == 5
