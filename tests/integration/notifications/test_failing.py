"""An endpoint that is down is let rest, and in the end let be; the others notice nothing."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.notifications import workers
from services.notifications.delivery import Deliverer
from services.notifications.delivery.deliverer import AT_ONCE_EACH
from services.notifications.domain.health import PATIENCE
from services.notifications.settings import Settings
from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing
from shared.service import Running
from tests.support.notifications import (
    attempts,
    deliveries_of,
    hear,
    make_due,
    one_delivery,
    queue_up,
    review,
    somebody,
    subscribe,
)
from tests.support.running import said_about
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

DEAD = "127.0.0.1:1"


async def health(owner: psycopg.AsyncConnection, subscription_id: Any) -> tuple[Any, ...]:
    columns = "failing_since IS NOT NULL, failures, rests_until > now()"
    found = await owner.execute(f"SELECT {columns} FROM subscriptions WHERE id = %s", [subscription_id])  # noqa: S608 - our own columns
    row = await found.fetchone()
    assert row
    return row


async def test_what_waits_for_a_dead_endpoint_keeps_its_attempts_and_the_others_notice_nothing(
    running: Running, receiver: WebhookReceiver, settings: Settings, owner: psycopg.AsyncConnection
):
    both = settings.model_copy(update={"allowed_targets": settings.allowed_targets | {DEAD}})
    dead = await queue_up(running, f"http://{DEAD}/hook", both, 100)
    alive = await queue_up(running, receiver.url, both, 100)
    deliverer = Deliverer(both)
    await deliverer.run(running)
    assert {row.state for row in await deliveries_of(running, alive)} == {"delivered"}
    failing, failures, resting = await health(owner, dead.id)
    assert (failing, resting) == (True, True)
    tried = [row for row in await deliveries_of(running, dead) if row.failures]
    assert PATIENCE <= len(tried) == failures < 10
    await owner.execute("UPDATE subscriptions SET rests_until = now() WHERE id = %s", [dead.id])
    assert await deliverer.run(running) == 1
    await deliverer.close()


async def test_one_that_is_back_has_all_speed_at_once(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription = await queue_up(running, receiver.url, settings, 50)
    await owner.execute(
        "UPDATE subscriptions SET failing_since = now() - interval '1 hour', failures = 50, rests_until = now()"
    )
    assert await deliverer.run(running) == 50
    assert await health(owner, subscription.id) == (False, 0, None)


async def test_one_that_refuses_is_failing_but_not_made_to_rest(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    receiver.replies.extend([Reply(404)] * 20)
    subscription = await queue_up(running, receiver.url, settings, 20)
    assert await deliverer.run(running) == 20
    assert await health(owner, subscription.id) == (True, 0, None)


async def test_who_only_fails_is_warned_after_a_day_once_and_disabled_after_five(
    running: Running, receiver: WebhookReceiver, settings: Settings, owner: psycopg.AsyncConnection
):
    subscription = await one_delivery(running, receiver, settings)
    [worker] = [one for one in workers.workers(settings) if one.name == "end what only fails"]
    days = "UPDATE subscriptions SET failing_since = now() - interval '{} hours', failed_at = now()"
    for hours, handled in ((23, 0), (25, 1), (26, 0), (119, 0), (121, 1), (122, 0)):
        await owner.execute(days.format(hours).encode())
        assert await worker.run(running) == handled, hours
    warning, end = await said_about(running, subscription.id)
    assert isinstance(warning, SubscriptionFailing)
    assert warning.disabled_at - warning.failing_since == timedelta(days=5)
    assert isinstance(end, SubscriptionDisabled)


@pytest.mark.parametrize("well_before", [0, 100])
async def test_an_endpoint_that_asks_to_be_left_alone_is_left_alone_then_tried_once(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
    well_before: int,
):
    receiver.replies.extend([Reply()] * well_before + [Reply(429, {"retry-after": "3600"})] * 400)
    subscription = await queue_up(running, receiver.url, settings, 400)
    while await deliverer.run(running):
        pass
    assert well_before < len(receiver.received) <= well_before + AT_ONCE_EACH
    await make_due(owner)
    rests = "SELECT extract(epoch FROM rests_until - now()) FROM subscriptions WHERE id = %s"
    found = await (await owner.execute(rests, [subscription.id])).fetchone()
    assert found
    assert 3500 < found[0] <= 3600
    assert await deliverer.run(running) == 0
    await owner.execute("UPDATE subscriptions SET rests_until = now()")
    before = len(receiver.received)
    assert await deliverer.run(running) == 1
    receiver.replies.clear()
    await owner.execute("UPDATE subscriptions SET rests_until = now()")
    await make_due(owner)
    await deliverer.run(running)
    assert len(receiver.received) == 401 + before - well_before


async def test_quiet_days_after_a_failure_are_no_failures(
    running: Running,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    receiver.replies.extend([Reply(400), Reply(400)])
    who = somebody()
    subscription, _ = await subscribe(running, who, receiver.url, settings=settings)
    [worker] = [one for one in workers.workers(settings) if one.name == "end what only fails"]
    await hear(running, review(who.org))
    await deliverer.run(running)
    passing = "failing_since - interval '121 hours', failed_at = failed_at - interval '121 hours'"
    await owner.execute(f"UPDATE subscriptions SET failing_since = {passing}".encode())  # noqa: S608 - our own columns
    assert await worker.run(running) == 0
    await hear(running, review(who.org))
    await deliverer.run(running)
    assert await worker.run(running) > 0
    [end] = await said_about(running, subscription.id)
    assert isinstance(end, SubscriptionDisabled)


async def test_what_an_attempt_sent_and_got_is_kept(
    running: Running, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
):
    receiver.replies.append(Reply(503, body=b"down\0 for " + b"\xff" + b"x" * 5_000))
    await one_delivery(running, receiver, settings)
    await deliverer.run(running)
    [attempt] = await attempts(running)
    [came] = receiver.received
    assert (attempt.url, attempt.signature) == (receiver.url, came.headers["webhook-signature"])
    assert str(int(attempt.at.timestamp())) == came.headers["webhook-timestamp"]
    assert attempt.response == "down for \N{REPLACEMENT CHARACTER}" + "x" * 990
