"""What is granted is heard, what is not is not, and withdrawing acts at once: webhooks, feed and stream alike."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
import sqlalchemy as sa

from services.notifications import store
from services.notifications.delivery import Deliverer
from services.notifications.domain.entitlement import Scope
from services.notifications.settings import Settings
from services.notifications.tables import SCOPE_GRANTS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.service import Running
from shared.tenancy import acting_for
from tests.support.notifications import EVERYTHING, deliveries_of, grant, hear, review, somebody, subscribe
from tests.support.running import ApiCaller
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

GRANTS = "/v1/scope-grants"


@pytest.fixture
def school() -> Principal:
    return somebody("coordinator", "signatory")


@pytest.fixture
def partner() -> Principal:
    return somebody("coordinator")


def api(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, tuple(who.roles), tuple(who.countries))


def asks_for(*institution_ids: UUID | None) -> Scope:
    return Scope(institution_ids=frozenset(one for one in institution_ids if one))


async def read(running: Running, who: Principal) -> list[bytes]:
    async with running.database.transaction(acting_for(who)) as tx:
        return (await store.read_feed(tx, who, EVERYTHING, 200)).bodies


async def test_an_institution_lets_a_partner_hear_what_names_it(
    running: Running, school: Principal, partner: Principal
):
    wanted = uuid4()
    await grant(running, partner, by=school, qualification_ids=frozenset({wanted}))
    subscription, _ = await subscribe(running, partner, scope=asks_for(school.org))
    _, event = await hear(running, review(school.org), review(school.org, qualification_id=wanted))
    await hear(running, review(uuid4(), qualification_id=wanted))
    assert [row.event_id for row in await deliveries_of(running, subscription)] == [event.id]
    assert await read(running, partner) == [event.body]


async def test_nobody_hears_by_webhook_what_it_did_not_ask_for(running: Running, school: Principal, partner: Principal):
    await grant(running, partner, by=school)
    subscription, _ = await subscribe(running, partner)
    await hear(running, review(school.org))
    assert await deliveries_of(running, subscription) == []


async def test_own_learners_leaves_out_guests(running: Running, school: Principal):
    subscription, _ = await subscribe(running, school, scope=Scope(own_learners=True))
    own, _ = await hear(running, review(school.org), review(uuid4(), host_id=school.org))
    assert [row.event_id for row in await deliveries_of(running, subscription)] == [own.id]


async def test_what_is_withdrawn_is_neither_sent_nor_read_any_more_even_if_it_was_queued(
    running: Running,
    http: httpx2.AsyncClient,
    school: Principal,
    partner: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    given = await grant(running, partner, by=school)
    subscription, _ = await subscribe(running, partner, receiver.url, settings=settings, scope=asks_for(school.org))
    _, own = await hear(running, review(school.org), review(partner.org))
    withdrawn = await api(http, school).post(f"{GRANTS}/{given.id}/withdrawal", version=1)
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    await deliverer.run(running)
    assert [came.headers["webhook-id"] for came in receiver.received] == [str(own.id)]
    assert {(row.state, row.reason) for row in await deliveries_of(running, subscription)} == {
        ("dead_letter", "not_entitled"),
        ("delivered", None),
    }
    assert await read(running, partner) == [own.body]
    await hear(running, review(school.org))
    assert len(await deliveries_of(running, subscription)) == 2


async def test_what_a_worker_has_in_hand_for_a_slow_endpoint_is_withdrawn_too(
    running: Running,
    school: Principal,
    partner: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.delivery.deliverer.FRESH_SECONDS", 0)
    monkeypatch.setattr("services.notifications.delivery.deliverer.AT_ONCE_EACH", 1)
    await grant(running, partner, by=school)
    await subscribe(running, partner, receiver.url, settings=settings, scope=asks_for(school.org))
    await hear(running, *(review(school.org) for _ in range(3)))
    answering = asyncio.Event()
    receiver.replies.append(Reply(after=answering))
    sending = asyncio.create_task(deliverer.run(running))
    await receiver.wait_for(1)
    await owner.execute("UPDATE scope_grants SET state = 'withdrawn'")
    answering.set()
    assert await sending == len(receiver.received) == 1


async def test_a_grant_that_is_narrowed_acts_on_what_is_queued(
    running: Running,
    http: httpx2.AsyncClient,
    school: Principal,
    partner: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    kept = uuid4()
    given = await grant(running, partner, by=school)
    await subscribe(running, partner, receiver.url, settings=settings, scope=asks_for(school.org))
    event, _ = await hear(running, review(school.org, qualification_id=kept), review(school.org))
    body = {"qualification_ids": [str(kept)]}
    assert (await api(http, school).put(f"{GRANTS}/{given.id}", body, version=1)).status_code == 200
    await deliverer.run(running)
    assert [came.headers["webhook-id"] for came in receiver.received] == [str(event.id)]


async def test_a_subscription_that_is_narrowed_acts_on_what_is_queued(
    running: Running,
    http: httpx2.AsyncClient,
    partner: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    subscription, _ = await subscribe(running, partner, receiver.url, settings=settings)
    own, _ = await hear(running, review(partner.org), review(uuid4(), host_id=partner.org))
    place = f"/v1/subscriptions/{subscription.id}"
    changed = await api(http, partner).put(place, {"scope": {"own_learners": True}}, version=2)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"3"')
    await deliverer.run(running)
    assert [came.headers["webhook-id"] for came in receiver.received] == [str(own.id)]


async def test_a_country_is_heard_with_a_grant_and_read_with_a_token_that_names_it_besides(
    running: Running, partner: Principal
):
    body = Principal("ministry", partner.org, frozenset({"competent_body"}), frozenset({"FR"}))
    await grant(running, body, country="FR")
    subscription, _ = await subscribe(running, body, scope=Scope(countries=frozenset({"FR"})))
    [event] = await hear(running, review())
    assert len(await deliveries_of(running, subscription)) == 1
    assert await read(running, body) == [event.body]
    assert await read(running, partner) == []


GRANTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str | None, int]] = {
    "a signatory for the institution": (("signatory",), (), None, 201),
    "a competent body for its country": (("competent_body",), ("FR",), "FR", 201),
    "a competent body for another country": (("competent_body",), ("MT",), "FR", 403),
    "a competent body for the institution": (("competent_body",), ("FR",), None, 403),
    "a signatory for a country": (("signatory",), ("FR",), "FR", 403),
    "a coordinator": (("coordinator",), (), None, 403),
    "an operator": (("operator",), (), None, 403),
}


@pytest.mark.parametrize("granter", GRANTERS)
async def test_only_who_is_concerned_grants(http: httpx2.AsyncClient, granter: str):
    roles, countries, country, status = GRANTERS[granter]
    caller = ApiCaller(http, uuid4(), roles, countries)
    body = {"grantee_id": str(uuid4()), "country": country}
    assert (await caller.post(GRANTS, body)).status_code == status


async def test_both_sides_see_a_grant_and_only_the_one_that_gave_it_takes_it_back(
    running: Running, http: httpx2.AsyncClient, school: Principal
):
    partner, stranger = somebody("signatory"), somebody("signatory")
    given = await grant(running, partner, by=school)
    place = f"{GRANTS}/{given.id}"
    assert [(await api(http, who).get(place)).status_code for who in (school, partner, stranger)] == [200, 200, 404]
    listed = [(await api(http, who).get(GRANTS)).json()["items"] for who in (school, partner, stranger)]
    assert [len(items) for items in listed] == [1, 1, 0]
    for who, version, status in ((partner, 1, 403), (stranger, 1, 404), (school, 7, 412), (school, 1, 200)):
        assert (await api(http, who).post(f"{place}/withdrawal", version=version)).status_code == status
    again = await api(http, school).post(f"{place}/withdrawal", version=2)
    assert (again.status_code, again.json()["possible"]) == (409, [])
    assert (await api(http, school).get(GRANTS, state="granted")).json()["items"] == []


async def test_the_same_is_granted_once_and_again_after_it_was_withdrawn(http: httpx2.AsyncClient, school: Principal):
    body = {"grantee_id": str(uuid4())}
    made = await api(http, school).post(GRANTS, body)
    assert (await api(http, school).post(GRANTS, body)).status_code == 409
    await api(http, school).post(f"{made.headers['location']}/withdrawal", version=1)
    assert (await api(http, school).post(GRANTS, body)).status_code == 201


async def test_of_two_who_withdraw_at_once_one_wins(running: Running, http: httpx2.AsyncClient, school: Principal):
    given = await grant(running, somebody(), by=school)
    caller = api(http, school)
    answers = await asyncio.gather(*(caller.post(f"{GRANTS}/{given.id}/withdrawal", version=1) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_the_database_alone_keeps_strangers_from_grants_and_a_grantee_from_writing_them(
    running: Running, school: Principal, partner: Principal
):
    given = await grant(running, partner, by=school)

    async def rows(statement: Any, who: Principal) -> int:
        async with running.database.transaction(acting_for(who)) as tx:
            return int((await tx.execute(statement)).rowcount)

    select, update = sa.select(SCOPE_GRANTS), sa.update(SCOPE_GRANTS).values(version=9)
    assert [await rows(select, who) for who in (school, partner, somebody())] == [1, 1, 0]
    assert await rows(update, partner) == 0
    async with running.database.transaction(acting_for(partner)) as tx:
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            await tx.execute(sa.insert(SCOPE_GRANTS).values({**vars(given), "id": uuid4(), "qualification_ids": []}))
    async with running.database.transaction(SYSTEM) as tx:
        stranger = somebody("signatory")
        assert (await store.list_grants(tx, stranger, PageRequest(), None)).items == []
