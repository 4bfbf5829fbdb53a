from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa

from services.notifications import consumer
from services.notifications.domain.entitlement import Scope
from services.notifications.domain.subscriptions import Subscription
from services.notifications.tables import FEED
from shared.contracts.catalogue import ComparabilityWithdrawn
from shared.contracts.registry import FACTS
from shared.db import SYSTEM
from shared.kafka import Record
from shared.service import Running
from tests.support.builders.notifications import subscription_disabled
from tests.support.notifications import deliveries_of, grant, hear, review, somebody, subscribe, written_down
from tests.support.statements import statements

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FRANCE = Scope(countries=frozenset({"FR"}))


def withdrawn() -> ComparabilityWithdrawn:
    return ComparabilityWithdrawn(
        comparability_id=uuid4(),
        version=2,
        home_unit_id=uuid4(),
        host_unit_id=uuid4(),
        declared_by=uuid4(),
        withdrawn_on=date(2026, 9, 1),
    )


async def heard(running: Running, subscription: Subscription) -> list[UUID]:
    return [row.event_id for row in await deliveries_of(running, subscription)]


async def test_every_published_fact_is_heard(running: Running):
    assert set(running.service.subscriptions) == set(FACTS) == set(consumer.SUBSCRIPTIONS)


async def test_the_feed_keeps_the_very_bytes(running: Running):
    events = await hear(running, review(), withdrawn())
    async with running.database.transaction(SYSTEM) as tx:
        rows = (await tx.execute(sa.select(FEED).order_by(FEED.c.position))).all()
    assert [row.body for row in rows] == [event.body for event in events]
    assert [(row.event_id, row.type, row.key, row.sequence, row.time) for row in rows] == [
        (event.id, event.type, event.key, event.data.version, event.time) for event in events
    ]


async def test_the_institutions_that_a_fact_names_hear_it_and_others_do_not(running: Running):
    home, host, other = somebody(), somebody(), somebody()
    subscriptions = [(await subscribe(running, who))[0] for who in (home, host, other)]
    [event] = await hear(running, review(home.org, host_id=host.org))
    assert [await heard(running, one) for one in subscriptions] == [[event.id], [event.id], []]


async def test_the_catalogue_reaches_every_subscriber(running: Running):
    subscriptions = [(await subscribe(running, somebody()))[0] for _ in range(2)]
    [event] = await hear(running, withdrawn())
    assert [await heard(running, one) for one in subscriptions] == [[event.id]] * 2


async def test_the_owner_hears_at_its_other_endpoints_that_one_was_disabled(running: Running):
    mine, other = somebody(), somebody()
    subscriptions = [(await subscribe(running, who))[0] for who in (mine, other)]
    [event] = await hear(running, subscription_disabled(owner_id=mine.org))
    assert [await heard(running, one) for one in subscriptions] == [[event.id], []]


async def test_a_competent_body_hears_decisions_of_its_countries_alone(running: Running):
    body = somebody("competent_body", countries=["FR", "MT"])
    await grant(running, body, country="FR")
    subscription, _ = await subscribe(running, body, scope=FRANCE)
    french, _ = await hear(running, review(), review(home_country="MT"))
    assert await heard(running, subscription) == [french.id]


async def test_a_competent_body_may_narrow_its_scope_to_qualifications(running: Running):
    body, wanted = somebody("competent_body", countries=["FR"]), uuid4()
    await grant(running, body, country="FR")
    scope = Scope(countries=frozenset({"FR"}), qualification_ids=frozenset({wanted}))
    subscription, _ = await subscribe(running, body, scope=scope)
    _, event, _ = await hear(running, review(), review(qualification_id=wanted), review(home_country="MT"))
    assert await heard(running, subscription) == [event.id]


async def test_only_the_types_that_were_asked_for_are_sent(running: Running):
    home = somebody()
    subscription, _ = await subscribe(running, home, event_types=("acquis.review.required.v1",))
    _, event = await hear(running, withdrawn(), review(home.org))
    assert await heard(running, subscription) == [event.id]


async def test_nothing_is_queued_for_a_subscription_that_is_not_active(running: Running, owner: Any):
    home = somebody()
    subscription, _ = await subscribe(running, home)
    await owner.execute("UPDATE subscriptions SET state = 'disabled'")
    await hear(running, review(home.org))
    assert await heard(running, subscription) == []


async def test_an_event_that_comes_twice_is_delivered_once(running: Running):
    home = somebody()
    subscription, _ = await subscribe(running, home)
    [event] = written_down(review(home.org))
    record = Record("acquis.recognition.v1", 0, 0, event.type, event.body)
    await running.intake.take_in([record, record])
    await running.intake.take_in([record])
    assert await heard(running, subscription) == [event.id]


@pytest.mark.parametrize("size", [1, 200])
async def test_a_batch_costs_three_statements_whatever_its_size(running: Running, size: int):
    home = somebody()
    subscription, _ = await subscribe(running, home)
    with statements() as executed:
        await hear(running, *(review(home.org) for _ in range(size)))
    assert len(executed) == 3
    assert len(await heard(running, subscription)) == size


async def test_delivery_ids_are_of_version_7_and_sort_by_time(running: Running):
    home = somebody()
    subscription, _ = await subscribe(running, home)
    for _ in range(3):
        await hear(running, review(home.org))
    rows = await deliveries_of(running, subscription)
    assert [row.id.version for row in rows] == [7, 7, 7]
    assert all(abs(row.created_at.timestamp() - (row.id.int >> 80) / 1000) < 1 for row in rows)


async def test_only_what_somebody_is_subscribed_to_wakes_the_worker(running: Running):
    home = somebody()
    await subscribe(running, home)
    async with await psycopg.AsyncConnection.connect(running.database.url, autocommit=True) as connection:
        await connection.execute("LISTEN deliveries")
        await hear(running, review())
        await connection.execute("NOTIFY deliveries, 'nobody was'")
        await hear(running, review(home.org))
        woken = [note.payload async for note in connection.notifies(timeout=10, stop_after=2)]
    assert woken == ["nobody was", ""]
