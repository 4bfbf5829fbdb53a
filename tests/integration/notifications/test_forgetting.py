"""What is older than the retention; and who has to wait while it is forgotten: nobody."""

import asyncio
from datetime import timedelta

import httpx2
import psycopg
import pytest
import sqlalchemy as sa

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared import clock
from shared.db import SYSTEM, is_transient
from shared.service import Running
from tests.support.notifications import (
    attempts,
    deliveries_of,
    hear,
    one_delivery,
    queue_up,
    review,
    somebody,
    subscribe,
)
from tests.support.running import ApiCaller
from tests.support.streaming import bearer
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


async def test_what_waits_for_a_paused_subscription_is_forgotten_with_its_event(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    paused = await one_delivery(running, receiver, settings)
    await owner.execute("UPDATE subscriptions SET state = 'paused'")
    assert await deliverer.run(running) == 0
    await grow_old(owner)
    [worker] = [one for one in running.service.workers if one.name == "prune feed"]
    assert [await worker.run(running) for _ in range(3)] == [1, 1, 0]
    assert await deliveries_of(running, paused) == []


async def test_a_reader_who_comes_too_late_is_told_and_may_begin_again(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    home = somebody()
    await hear(running, review(home.org))
    school = ApiCaller(http, home.org, ("coordinator",))
    before = (await school.get("/v1/events")).json()["next"]
    await hear(running, review(home.org), review())
    seen_all = (await school.get("/v1/events")).json()["next"]
    await grow_old(owner)
    [kept] = await hear(running, review(home.org))
    async with running.database.transaction(SYSTEM) as tx:
        assert await store.prune_feed(tx, clock.now() - timedelta(days=90), at_most=10) == 3

    refused = await school.get("/v1/events", after=before)
    assert (refused.status_code, refused.json()["because"]) == (410, "forgotten")
    stream = bearer(home) | {"Accept": "text/event-stream", "Last-Event-ID": str(before)}
    assert (await http.get("/v1/events", headers=stream)).status_code == 410
    for after in (0, seen_all):
        page = await school.get("/v1/events", after=after)
        assert [item["id"] for item in page.json()["items"]] == [str(kept.id)], after


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


async def grow_old(owner: psycopg.AsyncConnection) -> None:
    """All that there is."""
    await owner.execute("UPDATE feed SET taken_at = now() - interval '91 days'")
    await owner.execute("UPDATE deliveries SET created_at = now() - interval '91 days'")


A_WEEK = timedelta(days=7)
"""On whatever day: this week is over by then, and the next one is not."""
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
        assert await store.keep_attempts(tx, clock.now() + A_WEEK) == 1
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


async def test_deliveries_go_on_while_old_ones_are_being_forgotten(
    running: Running,
    http: httpx2.AsyncClient,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    old = await queue_up(running, receiver.url, settings, 5)
    await deliverer.run(running)
    await grow_old(owner)
    home = somebody()
    subscription, _ = await subscribe(running, home, receiver.url, settings=settings)
    await hear(running, *(review(home.org) for _ in range(5)))
    async with running.database.transaction(SYSTEM) as pruning, asyncio.timeout(10):
        for prune in (store.prune_deliveries, store.prune_feed):
            assert await prune(pruning, clock.now() - timedelta(days=90), 10) == 5
        assert await deliverer.run(running) == 5
        await hear(running, review(home.org))
        assert await deliverer.run(running) == 1
        school = ApiCaller(http, home.org, ("coordinator",))
        assert len((await school.get("/v1/events")).json()["items"]) == 6
        again = f"/v1/subscriptions/{subscription.id}/redelivery"
        assert (await school.post(again, {"states": ["delivered"]}, version=2)).json()["queued"] == 6
    assert await deliveries_of(running, old) == []


async def test_a_long_reader_of_attempts_keeps_no_delivery_waiting_for_the_pruning(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    """As a backup is: it keeps partitions from being dropped, for which everybody else would queue up."""
    [worker] = [one for one in running.service.workers if one.name == "keep attempts"]
    await worker.run(running)
    await one_delivery(running, receiver, settings)
    async with owner.transaction():
        await owner.execute("SELECT FROM attempts")
        dropping = asyncio.create_task(_drop_this_week(running))
        assert await deliverer.run(running) == 1
        with pytest.raises(sa.exc.OperationalError, match="lock timeout") as given_up:
            await dropping
    assert is_transient(given_up.value)
    assert await _drop_this_week(running) == 1
    assert await attempts(running) == []


async def _drop_this_week(running: Running) -> int:
    """With patience for half a second."""
    async with running.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text("SET LOCAL statement_timeout = '500ms'"))
        return await store.keep_attempts(tx, clock.now() + A_WEEK)
