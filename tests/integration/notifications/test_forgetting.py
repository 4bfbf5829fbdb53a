"""What is older than the retention."""

from datetime import timedelta

import psycopg
import pytest

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared import clock
from shared.db import SYSTEM
from shared.service import Running
from tests.support.notifications import (
    attempts,
    deliveries_of,
    one_delivery,
)
from tests.support.webhook_receiver import WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_is_older_than_the_retention_is_forgotten_in_small_batches(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    old, fresh = [await one_delivery(running, receiver, settings) for _ in range(2)]
    await deliverer.run(running)
    pending = await one_delivery(running, receiver, settings)
    for gone in (old, pending):
        await owner.execute(
            "UPDATE deliveries SET created_at = now() - interval '91 days' WHERE subscription_id = %s", [gone.id]
        )
    [worker] = [one for one in running.service.workers if one.name == "prune feed"]
    assert await worker.run(running) == 1
    assert await worker.run(running) == 0
    assert [len(await deliveries_of(running, one)) for one in (old, fresh, pending)] == [0, 1, 1]
    assert len(await attempts(running)) == 1


async def test_an_event_that_was_forgotten_cannot_be_sent_any_more(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription = await one_delivery(running, receiver, settings)
    await owner.execute("UPDATE feed SET taken_at = now() - interval '91 days'")
    async with running.database.transaction(SYSTEM) as tx:
        assert await store.prune_feed(tx, clock.now() - timedelta(days=90), at_most=10) == 1
    assert await deliverer.run(running) == 0
    assert [row.state for row in await deliveries_of(running, subscription)] == ["dead_letter"]
