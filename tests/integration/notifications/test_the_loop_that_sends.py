"""The loop that sends: who waits for what, and what it costs the database."""

import asyncio

import psycopg
import pytest

from services.notifications import workers
from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.service import Running
from shared.work import WorkLoop
from tests.support.notifications import (
    deliveries_of,
    hear,
    one_delivery,
    review,
    somebody,
    subscribe,
)
from tests.support.statements import statements
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_a_slow_endpoint_does_not_hold_up_the_others(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    await one_delivery(running, receiver, settings)
    stalled = asyncio.Event()
    receiver.replies.append(Reply(after=stalled))
    sending = asyncio.create_task(deliverer.run(running))
    await receiver.wait_for(1)
    await one_delivery(running, receiver, settings)
    await receiver.wait_for(2)
    stalled.set()
    assert await sending == 2


async def test_the_end_of_a_run_leaves_what_is_under_way_to_the_next(
    running: Running, receiver: WebhookReceiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.delivery.deliverer.RUN_SECONDS", 0)
    deliver, *_ = workers.workers(settings)
    stalled = asyncio.Event()
    receiver.replies.append(Reply(after=stalled))
    slow = await one_delivery(running, receiver, settings)
    assert await deliver.run(running) == 1
    await receiver.wait_for(1)
    quick = await one_delivery(running, receiver, settings)
    assert await deliver.run(running) == 2
    await receiver.wait_for(2)
    stalled.set()
    while await deliver.run(running):
        pass
    assert deliver.close
    await deliver.close()
    assert len(receiver.received) == 2
    assert [row.state for one in (slow, quick) for row in await deliveries_of(running, one)] == ["delivered"] * 2


async def test_no_transaction_is_open_while_an_endpoint_thinks(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    await one_delivery(running, receiver, settings)
    stalled = asyncio.Event()
    receiver.replies.append(Reply(after=stalled))
    sending = asyncio.create_task(deliverer.run(running))
    await receiver.wait_for(1)
    longest = await owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND now() - xact_start > interval '1 second'"
    )
    assert await longest.fetchone() == (0,)
    stalled.set()
    await sending


async def test_recording_many_attempts_takes_few_statements(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    home = somebody()
    await subscribe(running, home, receiver.url, settings=settings)
    await hear(running, *(review(home.org) for _ in range(200)))
    with statements() as executed:
        assert await deliverer.run(running) == 200
    assert len(executed) < 100
    assert running.metrics.work.labels("deliver", "delivered")._value.get() >= 200  # noqa: SLF001 - it has no reader


async def test_a_notification_wakes_the_worker(running: Running, receiver: WebhookReceiver, settings: Settings):
    service = running.service
    [worker] = [one for one in service.workers if one.name == "deliver"]
    woken = running.database.listen(worker.wakes_on or "")
    async with woken as event, asyncio.timeout(10):
        await event.wait()
        event.clear()
        await one_delivery(running, receiver, settings)
        await event.wait()


async def test_the_loop_delivers_by_itself_until_it_is_told_to_stop(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    [worker] = [one for one in running.service.workers if one.name == "deliver"]
    loop = WorkLoop(running, type(worker)(worker.name, deliverer.run, worker.every, worker.wakes_on))
    going = asyncio.create_task(loop.run())
    await one_delivery(running, receiver, settings)
    await receiver.wait_for(1)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_what_is_under_way_when_it_is_told_to_stop_is_finished_and_nothing_else_begun(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.delivery.deliverer.AT_ONCE_EACH", 1)
    slow = asyncio.Event()
    receiver.replies.append(Reply(after=slow))
    who = somebody()
    subscription, _ = await subscribe(running, who, receiver.url, settings=settings)
    await hear(running, review(who.org), review(who.org))
    going = asyncio.create_task(deliverer.run(running))
    await receiver.wait_for(1)
    going.cancel()
    await asyncio.sleep(0)  # which tells it
    slow.set()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert sorted(row.state for row in await deliveries_of(running, subscription)) == ["delivered", "delivering"]
    assert len(receiver.received) == 1
