"""Whom to write to about a subscription."""

import asyncio
from uuid import uuid4

import httpx2
import psycopg
import pytest

from shared.auth import Principal
from shared.service import Running
from tests.support.notifications import somebody, subscribe
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

ADDRESS = "it-desk@school.example"


def caller(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, tuple(who.roles))


async def test_a_contact_is_named_changed_and_taken_back(running: Running, http: httpx2.AsyncClient):
    who = somebody()
    school, path = caller(http, who), f"/v1/subscriptions/{(await subscribe(running, who))[0].id}/contact"
    assert (await school.get(path)).json() == {"contact": None, "version": 0}
    contact = {"contact": {"email": ADDRESS, "language": "mt"}}
    assert (await school.put(path, contact, version=0)).json() == contact | {"version": 1}
    shown = await school.get(path)
    assert (shown.json(), shown.headers["etag"]) == (contact | {"version": 1}, '"1"')
    assert (await school.put(path, contact, version=0)).status_code == 412
    assert (await school.put(path, {"contact": None}, version=1)).json() == {"contact": None, "version": 2}


async def test_of_two_people_at_once_one_names_the_contact(running: Running, http: httpx2.AsyncClient):
    who = somebody()
    path = f"/v1/subscriptions/{(await subscribe(running, who))[0].id}/contact"
    contacts = [{"contact": {"email": f"{name}@school.example", "language": "en"}} for name in ("one", "two")]
    answers = await asyncio.gather(*(caller(http, who).put(path, contact, version=0) for contact in contacts))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize("email", ["nobody", "a@b", "a@b.example\r\nBcc: c@d.example", "a b@c.example", "a@-b.example"])
async def test_what_is_no_address_is_refused(running: Running, http: httpx2.AsyncClient, email: str):
    who = somebody()
    path = f"/v1/subscriptions/{(await subscribe(running, who))[0].id}/contact"
    refused = await caller(http, who).put(path, {"contact": {"email": email}}, version=0)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/contact/email"


async def test_an_address_is_for_its_subscriber_alone_and_encrypted_at_rest(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    who = somebody()
    subscription, _ = await subscribe(running, who)
    path = f"/v1/subscriptions/{subscription.id}/contact"
    await caller(http, who).put(path, {"contact": {"email": ADDRESS}}, version=0)
    stranger = caller(http, somebody())
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.put(path, {"contact": None}, version=1)).status_code == 404
    [row] = await (await owner.execute("SELECT sealed_email FROM contacts")).fetchall()
    assert ADDRESS.encode() not in row[0]
    for whom, seen in {str(subscription.owner_id): 1, str(uuid4()): 0}.items():
        async with running.database.transaction(whom) as tx:
            assert len((await tx.exec_driver_sql("SELECT FROM contacts")).all()) == seen
            assert (await tx.exec_driver_sql("SELECT FROM notices")).all() == []
