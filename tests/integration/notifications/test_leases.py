"""Several workers, and workers that die or stall: each delivery is in one hand at a time, and lost in none."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from services.notifications.delivery import Deliverer
from services.notifications.delivery.post import PATIENCE_SECONDS
from services.notifications.settings import Settings
from shared.service import Running
from tests.support.notifications import (
    attempts,
    deliveries_of,
    hear,
    make_due,
    one_delivery,
    review,
    somebody,
    subscribe,
)
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_two_workers_never_send_the_same_at_once(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    home, other = somebody(), Deliverer(settings)
    await subscribe(running, home, receiver.url, settings=settings)
    events = await hear(running, *(review(home.org) for _ in range(300)))
    await asyncio.gather(deliverer.run(running), other.run(running))
    await other.close()
    assert sorted(came.headers["webhook-id"] for came in receiver.received) == sorted(str(one.id) for one in events)


async def test_a_worker_that_dies_between_post_and_record_loses_nothing(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.delivery.deliverer.LAST_SECONDS", 0)
    victim = Deliverer(settings)
    subscription = await one_delivery(running, receiver, settings)
    never = asyncio.Event()
    receiver.replies.append(Reply(after=never))
    dying = asyncio.create_task(victim.run(running))
    await receiver.wait_for(1)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    await victim.close()
    never.set()
    assert [row.state for row in await deliveries_of(running, subscription)] == ["delivering"]
    assert await deliverer.run(running) == 0
    await make_due(owner)
    assert await deliverer.run(running) == 1
    assert len({came.headers["webhook-id"] for came in receiver.received}) == 1
    assert [row.state for row in await deliveries_of(running, subscription)] == ["delivered"]


async def test_a_worker_that_was_overtaken_changes_nothing_any_more(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription = await one_delivery(running, receiver, settings)
    slow, stalled = Deliverer(settings), asyncio.Event()
    receiver.replies.append(Reply(500, after=stalled))
    overtaken = asyncio.create_task(slow.run(running))
    await receiver.wait_for(1)
    await make_due(owner)
    await deliverer.run(running)
    stalled.set()
    await overtaken
    await slow.close()
    [delivery] = await deliveries_of(running, subscription)
    assert (delivery.state, delivery.failures) == ("delivered", 0)
    assert sorted(attempt.status for attempt in await attempts(running)) == [200, 500]


async def test_what_cannot_be_sent_within_its_lease_is_left_to_the_next_claim(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    monkeypatch: pytest.MonkeyPatch,
):
    subscription = await one_delivery(running, receiver, settings)
    monkeypatch.setattr("services.notifications.delivery.deliverer.LEASE", timedelta(seconds=PATIENCE_SECONDS))
    assert await deliverer.run(running) == 0
    assert receiver.received == []
    assert [row.state for row in await deliveries_of(running, subscription)] == ["delivering"]
