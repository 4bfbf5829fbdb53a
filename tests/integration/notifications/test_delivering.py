"""What an endpoint gets, and what its answer makes of a delivery."""

from datetime import timedelta

import psycopg
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from standardwebhooks import Webhook

from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared import clock
from shared.contracts.notifications import SubscriptionDisabled
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
from tests.support.running import said_about
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REACH = timedelta(seconds=10)


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
    await owner.execute("UPDATE subscriptions SET rests_until = now()")
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
            subscription_id=subscription.id, version=3, owner_id=subscription.owner_id, failed_deliveries=1
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
