"""Ordered subscriptions: first in, first out for each learner."""

import asyncio
import json
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio

from services.notifications.delivery import Deliverer
from services.notifications.domain.subscriptions import Subscription
from services.notifications.settings import Settings
from shared.auth import Principal
from shared.service import Running
from tests.support.notifications import deliveries_of, hear, make_due, review, somebody, subscribe
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def home() -> Principal:
    return somebody()


@pytest_asyncio.fixture(loop_scope="session")
async def ordered(running: Running, home: Principal, receiver: WebhookReceiver, settings: Settings) -> Subscription:
    made, _ = await subscribe(running, home, receiver.url, settings=settings, ordered=True)
    return made


def came(receiver: WebhookReceiver) -> list[tuple[UUID, int]]:
    """Learner and version of each event, in the order of arrival."""
    data = [json.loads(one.body)["data"] for one in receiver.received]
    return [(UUID(one["learner_id"]), one["version"]) for one in data]


@pytest.mark.usefixtures("ordered")
async def test_a_failure_holds_up_its_own_learner_and_no_other(
    running: Running,
    home: Principal,
    receiver: WebhookReceiver,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    one, other = uuid4(), uuid4()
    receiver.replies.append(Reply(500))
    await hear(running, *(review(home.org, learner_id=one, version=version) for version in (1, 2, 3)))
    await deliverer.run(running)
    await hear(running, *(review(home.org, learner_id=other, version=version) for version in (1, 2)))
    await deliverer.run(running)
    assert came(receiver) == [(one, 1), (other, 1), (other, 2)]
    await make_due(owner)
    await deliverer.run(running)
    assert came(receiver)[3:] == [(one, 1), (one, 2), (one, 3)]


async def test_two_workers_keep_the_order_of_every_learner(
    running: Running,
    home: Principal,
    ordered: Subscription,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    learners, second = [uuid4() for _ in range(5)], Deliverer(settings)
    for version in range(1, 9):
        await hear(running, *(review(home.org, learner_id=learner, version=version) for learner in learners))
    await asyncio.gather(deliverer.run(running), second.run(running))
    await deliverer.run(running)
    await second.close()
    assert len(await deliveries_of(running, ordered)) == len(receiver.received) == 40
    for learner in learners:
        assert [version for whose, version in came(receiver) if whose == learner] == list(range(1, 9))


async def test_what_is_given_up_lets_the_next_go(
    running: Running, home: Principal, ordered: Subscription, receiver: WebhookReceiver, deliverer: Deliverer
):
    learner = uuid4()
    receiver.replies.append(Reply(400))
    await hear(running, *(review(home.org, learner_id=learner, version=version) for version in (1, 2)))
    await deliverer.run(running)
    assert came(receiver) == [(learner, 1), (learner, 2)]
    assert [row.state for row in await deliveries_of(running, ordered)] == ["dead_letter", "delivered"]
