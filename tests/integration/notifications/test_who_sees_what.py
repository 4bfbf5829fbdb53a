"""Two belts, each tried with the other one off: the store's conditions, and row-level security."""

from uuid import uuid4

import httpx2
import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.domain.subscriptions import Subscription
from services.notifications.settings import Settings
from services.notifications.store import Wanted
from services.notifications.tables import ATTEMPTS, DELIVERIES, FEED, SUBSCRIPTIONS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from shared.tenancy import acting_for
from tests.support.delivery import fact
from tests.support.notifications import EVERYTHING, deliveries_of, grant, hear, review, somebody, subscribe
from tests.support.running import ApiCaller
from tests.support.webhook_receiver import WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def home() -> Principal:
    return somebody()


@pytest_asyncio.fixture(loop_scope="session")
async def delivered(
    running: Running, home: Principal, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
) -> Subscription:
    subscription, _ = await subscribe(running, home, receiver.url, settings=settings)
    await hear(running, review(home.org))
    await deliverer.run(running)
    return subscription


async def test_somebody_elses_resources_are_not_found(
    running: Running, http: httpx2.AsyncClient, delivered: Subscription
):
    stranger = ApiCaller(http, uuid4(), ("coordinator", "recogniser", "competent_body"), ("FR",))
    [delivery] = await deliveries_of(running, delivered)
    for path in (
        f"/v1/subscriptions/{delivered.id}",
        f"/v1/deliveries/{delivery.id}",
        f"/v1/deliveries/{delivery.id}/attempts",
    ):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.delete(f"/v1/subscriptions/{delivered.id}", version=2)).status_code == 404
    assert (await stranger.post(f"/v1/deliveries/{delivery.id}/redelivery", version=3)).status_code == 404
    assert (await stranger.get("/v1/subscriptions")).json()["items"] == []
    assert (await stranger.get("/v1/deliveries", subscription_id=delivered.id)).json()["items"] == []


async def test_the_store_alone_keeps_strangers_out(running: Running, delivered: Subscription):
    stranger = somebody()
    [delivery] = await deliveries_of(running, delivered)
    async with running.database.transaction(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await store.load_subscription(tx, delivered.id, stranger)
        with pytest.raises(NotFound):
            await store.load_delivery(tx, delivery.id, stranger)
        assert (await store.list_attempts(tx, delivery.id, stranger, PageRequest())).items == []
        assert (await store.list_subscriptions(tx, stranger, PageRequest())).items == []
        assert (await store.list_deliveries(tx, stranger, PageRequest(), Wanted())).items == []
        assert (await store.read_feed(tx, stranger, EVERYTHING, 10)).bodies == []


@pytest.mark.parametrize("table", [SUBSCRIPTIONS, DELIVERIES, ATTEMPTS, FEED], ids=str)
async def test_the_database_alone_keeps_strangers_out(
    running: Running, home: Principal, delivered: Subscription, table: sa.Table
):
    async def rows(whom: str | None) -> int:
        async with running.database.transaction(whom) as tx:
            return int((await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())

    assert delivered.owner_id == home.org
    assert await rows(str(home.org)) == 1
    assert await rows(str(uuid4())) == 0
    assert await rows(None) == 0


async def test_the_database_shows_nobody_even_what_is_for_everyone(running: Running):
    await hear(running, fact())
    async with running.database.transaction(None) as tx:
        assert (await tx.execute(sa.select(FEED))).all() == []


async def test_nobody_can_subscribe_for_another(running: Running):
    mine, other = somebody(), somebody()
    subscription, _ = await subscribe(running, mine)
    async with running.database.transaction(str(other.org)) as tx:
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            await store.add_subscription(tx, subscription)


FRENCH = somebody("competent_body", countries=["FR"])
READERS = {
    "the home institution": (None, 2),
    "a competent body that was granted the country": (FRENCH, 2),
    "a competent body that was granted nothing": (somebody("competent_body", countries=["FR"]), 1),
    "a competent body of another country": (somebody("competent_body", countries=["MT"]), 1),
    "a school whose token has countries": (somebody("coordinator", countries=["FR"]), 1),
    "any institution": (somebody(), 1),
}


@pytest.mark.parametrize("reader", READERS)
async def test_the_feed_shows_each_reader_the_same_with_both_belts_and_with_either(
    running: Running, home: Principal, reader: str
):
    who, entitled = READERS[reader]
    who = who or home
    await grant(running, FRENCH, country="FR")
    await hear(running, review(home.org), fact())

    async def read(principal: Principal, acting: str | None) -> int:
        async with running.database.transaction(acting) as tx:
            return len((await store.read_feed(tx, principal, EVERYTHING, 10)).bodies)

    async with running.database.transaction(acting_for(who)) as tx:
        assert len((await tx.execute(sa.select(FEED))).all()) == entitled
    assert await read(who, acting_for(who)) == await read(who, SYSTEM) == entitled


async def test_nobody_but_the_service_itself_writes_into_the_feed(running: Running, home: Principal):
    await hear(running, review(home.org))
    async with running.database.transaction(str(home.org)) as tx:
        assert (await tx.execute(sa.delete(FEED))).rowcount == 0


async def test_the_application_may_not_rewrite_the_feed_or_the_attempts(
    running: Running, owner: psycopg.AsyncConnection
):
    role = sa.make_url(running.database.url).username
    rights = await owner.execute(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s", [role]
    )
    granted = {(str(table), str(right)) for table, right in await rights.fetchall()}
    assert not granted & {
        ("feed", "UPDATE"),
        ("attempts", "UPDATE"),
        ("attempts", "DELETE"),
        ("subscriptions", "DELETE"),
    }
