"""What is older than the retention."""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared import clock
from shared.db import SYSTEM
from shared.service import Running
from tests.support.notifications import attempts, deliveries_of, one_delivery
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


ATTEMPT = """
INSERT INTO attempts (delivery_id, id, owner_id, at, duration_ms)
VALUES (first_id(%(at)s::timestamptz), new_id(), gen_random_uuid(), now(), 1)
"""


async def test_attempts_are_dropped_by_the_week_and_each_week_to_come_has_its_room(
    running: Running, owner: psycopg.AsyncConnection
):
    async def partitions() -> dict[str, int]:
        found = await owner.execute("SELECT tableoid::regclass::text, count(*) FROM attempts GROUP BY 1")
        return {str(name).rpartition(".")[2]: number for name, number in await found.fetchall()}

    [worker] = [one for one in running.service.workers if one.name == "keep attempts"]
    for days in (-1000, 0, 21, 1000):
        await owner.execute(ATTEMPT, {"at": clock.now() + timedelta(days=days)})
    three_weeks_on = f"attempts_{clock.now() + timedelta(days=21):%G_%V}"
    assert await partitions() == {"attempts_before": 2, three_weeks_on: 1, "attempts_of_no_week": 1}
    assert await worker.run(running) == 0
    async with running.database.transaction(SYSTEM) as tx:
        assert await store.keep_attempts(tx, clock.now() + timedelta(days=8)) == 1
    assert await partitions() == {three_weeks_on: 1, "attempts_of_no_week": 1}
    await owner.execute(ATTEMPT, {"at": clock.now() - timedelta(days=1000)})
    assert len(await attempts(running)) == 3
    assert await worker.run(running) == 0


async def test_a_worker_that_prunes_waits_for_nobody(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    await one_delivery(running, receiver, settings)
    await one_delivery(running, receiver, settings)
    await deliverer.run(running)
    await owner.execute("UPDATE deliveries SET created_at = now() - interval '91 days'")
    async with owner.transaction():
        await owner.execute("SELECT FROM deliveries ORDER BY id LIMIT 1 FOR UPDATE")
        async with running.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            assert await store.prune_deliveries(tx, clock.now(), at_most=10) == 1
