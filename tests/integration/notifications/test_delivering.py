import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr
from standardwebhooks import Webhook

from services.notifications import store, workers
from services.notifications.delivery import Deliverer
from services.notifications.delivery.post import PATIENCE_SECONDS
from services.notifications.domain.subscriptions import Subscription
from services.notifications.settings import Settings
from services.notifications.tables import ATTEMPTS
from shared import clock
from shared.contracts.notifications import SubscriptionDisabled
from shared.db import SYSTEM
from shared.service import Running
from shared.work import WorkLoop
from tests.support.notifications import deliveries_of, hear, queue_up, review, somebody, subscribe
from tests.support.running import said_about
from tests.support.statements import statements
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REACH = timedelta(seconds=10)


async def one_delivery(running: Running, receiver: WebhookReceiver, settings: Settings) -> Subscription:
    """A subscription of the receiver with one event queued."""
    return await queue_up(running, receiver.url, settings, 1)


async def attempts(running: Running) -> list[sa.Row[Any]]:
    async with running.database.transaction(SYSTEM) as tx:
        return list((await tx.execute(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.id))).all())


async def make_due(owner: psycopg.AsyncConnection) -> None:
    await owner.execute("UPDATE deliveries SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")


async def test_a_subscriber_gets_the_signed_bytes(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    home = somebody()
    subscription, secret = await subscribe(running, home, receiver.url, settings=settings)
    [event] = await hear(running, review(home.org))
    assert await deliverer.run(running) == 1
    [came] = receiver.received
    assert came.body == event.body
    assert came.headers["content-type"] == "application/cloudevents+json"
    assert came.headers["webhook-id"] == str(event.id)
    assert came.headers["traceparent"].split("-")[1] == event.traceparent.split("-")[1]
    Webhook(secret).verify(came.body, came.headers)
    [delivery] = await deliveries_of(running, subscription)
    assert (delivery.state, delivery.next_attempt_at) == ("delivered", None)
    [attempt] = await attempts(running)
    assert (attempt.delivery_id, attempt.status, attempt.error) == (delivery.id, 200, None)
    assert await deliverer.run(running) == 0


async def test_a_failed_delivery_is_sent_again_with_the_same_id_and_a_new_time(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription = await one_delivery(running, receiver, settings)
    receiver.replies.extend([Reply(500), Reply(503, {"Retry-After": "3600"})])
    await deliverer.run(running)
    [delivery] = await deliveries_of(running, subscription)
    assert (delivery.state, delivery.failures) == ("retry", 1)
    assert timedelta() < delivery.next_attempt_at - clock.now() < REACH
    assert await deliverer.run(running) == 0
    await make_due(owner)
    await deliverer.run(running)
    [delivery] = await deliveries_of(running, subscription)
    assert timedelta(minutes=59) < delivery.next_attempt_at - clock.now() < timedelta(minutes=67)
    await make_due(owner)
    await deliverer.run(running)
    [delivery] = await deliveries_of(running, subscription)
    assert (delivery.state, delivery.failures) == ("delivered", 2)
    assert len({came.headers["webhook-id"] for came in receiver.received}) == 1
    assert [attempt.status for attempt in await attempts(running)] == [500, 503, 200]


@pytest.mark.parametrize("status", [400, 404])
async def test_what_the_endpoint_refuses_becomes_a_dead_letter(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer, status: int
):
    subscription = await one_delivery(running, receiver, settings)
    receiver.replies.append(Reply(status))
    await deliverer.run(running)
    [delivery] = await deliveries_of(running, subscription)
    assert (delivery.state, delivery.failures, delivery.next_attempt_at) == ("dead_letter", 1, None)


async def test_a_redirect_is_not_followed(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    subscription = await one_delivery(running, receiver, settings)
    receiver.replies.append(Reply(302, {"Location": "/elsewhere"}))
    await deliverer.run(running)
    assert [came.path for came in receiver.received] == ["/hook"]
    assert [row.state for row in await deliveries_of(running, subscription)] == ["retry"]


async def test_an_endpoint_that_is_gone_is_left_alone_from_then_on(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    home = somebody()
    subscription, _ = await subscribe(running, home, receiver.url, settings=settings)
    receiver.replies.append(Reply(410))
    await hear(running, review(home.org))
    await deliverer.run(running)
    await hear(running, review(home.org))
    assert await deliverer.run(running) == 0
    assert [row.state for row in await deliveries_of(running, subscription)] == ["dead_letter"]
    assert await said_about(running, subscription.id) == [
        SubscriptionDisabled(
            subscription_id=subscription.id, version=2, owner_id=subscription.owner_id, failed_deliveries=1
        )
    ]


async def test_what_is_queued_for_a_deleted_subscription_is_not_sent(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription = await one_delivery(running, receiver, settings)
    await owner.execute("UPDATE subscriptions SET state = 'deleted'")
    assert await deliverer.run(running) == 0
    assert receiver.received == []
    assert [row.state for row in await deliveries_of(running, subscription)] == ["dead_letter"]


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
):
    subscription = await one_delivery(running, receiver, settings)
    never = asyncio.Event()
    receiver.replies.append(Reply(after=never))
    dying = asyncio.create_task(deliverer.run(running))
    await receiver.wait_for(1)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
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
    deliver, _ = workers.workers(settings)
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


async def test_an_answer_without_end_is_not_read_to_its_end(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    subscription = await one_delivery(running, receiver, settings)
    receiver.replies.append(Reply(200, body=b"x" * 10_000_000))
    await deliverer.run(running)
    assert [row.state for row in await deliveries_of(running, subscription)] == ["delivered"]


async def test_a_secret_that_no_key_opens_is_a_failed_attempt_and_no_more(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    lost = settings.model_copy(update={"secret_key": SecretStr(Fernet.generate_key().decode())})
    unreadable = await one_delivery(running, receiver, lost)
    fine = await one_delivery(running, receiver, settings)
    await deliverer.run(running)
    assert [row.state for row in await deliveries_of(running, unreadable)] == ["retry"]
    assert [row.state for row in await deliveries_of(running, fine)] == ["delivered"]
    assert {attempt.error for attempt in await attempts(running)} == {"InvalidToken", None}


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
