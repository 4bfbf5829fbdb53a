from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.service import Running
from tests.support.notifications import HOOK, hear, review, somebody, subscribe
from tests.support.running import ApiCaller
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def school(http: httpx2.AsyncClient) -> ApiCaller:
    return ApiCaller(http, uuid4(), ("coordinator",))


@pytest.fixture
def ministry(http: httpx2.AsyncClient) -> ApiCaller:
    return ApiCaller(http, uuid4(), ("competent_body",), ("FR", "MT"))


def problem(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].rpartition("/")[2])


async def test_a_subscription_is_made_and_its_secret_is_shown_once(ministry: ApiCaller, owner: psycopg.AsyncConnection):
    await ministry.post("/v1/scope-grants", {"grantee_id": str(ministry.org), "country": "FR"})
    types = ["acquis.credit.recognised.v1", "acquis.review.required.v1"]
    qualification = str(uuid4())
    asked = {
        "url": HOOK,
        "event_types": types,
        "scope": {
            "countries": ["FR"],
            "institution_ids": [],
            "qualification_ids": [qualification],
            "own_learners": False,
        },
        "description": "Register of diplomas",
    }
    made = await ministry.post("/v1/subscriptions", asked)
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    secret = made.json()["secret"]
    shown = await ministry.get(made.headers["location"])
    assert shown.headers["etag"] == '"1"'
    assert shown.json() == {name: value for name, value in made.json().items() if name != "secret"}
    assert {name: shown.json()[name] for name in asked} == asked
    assert shown.json()["state"] == "requested"
    listed = await ministry.get("/v1/subscriptions")
    assert listed.json() == {"items": [shown.json()], "next": None}
    kept = await (await owner.execute("SELECT sealed_secret FROM subscriptions")).fetchone()
    assert kept
    assert secret.removeprefix("whsec_").encode() not in kept[0]


async def test_a_lost_response_can_be_retried_with_the_same_key(school: ApiCaller):
    first = await school.post("/v1/subscriptions", {"url": HOOK}, key="once")
    again = await school.post("/v1/subscriptions", {"url": HOOK}, key="once")
    assert again.content == first.content
    assert len((await school.get("/v1/subscriptions")).json()["items"]) == 1


async def test_nobody_hears_of_a_country_or_an_institution_that_was_not_granted(ministry: ApiCaller):
    for scope in ({"countries": ["FR"]}, {"institution_ids": [str(uuid4())]}):
        refused = await ministry.post("/v1/subscriptions", {"url": HOOK, "scope": scope})
        assert (refused.status_code, problem(refused)) == (403, "scope-not-granted")


@pytest.mark.parametrize("url", ["http://hooks.school.example/", "https://127.0.0.1/", "https://a@hooks.example/", "x"])
async def test_webhooks_do_not_go_anywhere(school: ApiCaller, url: str):
    refused = await school.post("/v1/subscriptions", {"url": url})
    assert (refused.status_code, problem(refused)) == (422, "target-not-allowed")
    assert (await school.get("/v1/subscriptions")).json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"url": None}, "/url"),
        ({"url": "https://a.example/" + "a" * 2_000}, "/url"),
        ({"event_types": ["acquis.credit.eaten.v1"]}, "/event_types/0"),
        ({"event_types": "all"}, "/event_types"),
        ({"event_types": ["acquis.credit.recognised.v1"] * 101}, "/event_types"),
        ({"scope": {"countries": ["France"]}}, "/scope/countries/0"),
        ({"scope": {"qualification_ids": ["1"]}}, "/scope/qualification_ids/0"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
async def test_a_wrong_wish_is_pointed_at(school: ApiCaller, wrong: dict[str, Any], pointer: str):
    refused = await school.post("/v1/subscriptions", {"url": HOOK, **wrong})
    assert (refused.status_code, problem(refused)) == (422, "validation")
    assert pointer in {error["pointer"] for error in refused.json()["errors"]}


async def test_a_token_without_an_institution_cannot_subscribe(http: httpx2.AsyncClient):
    nobody = ApiCaller(http, None, ("coordinator",))
    assert (await nobody.post("/v1/subscriptions", {"url": HOOK})).status_code == 403


@pytest.mark.parametrize("role", ["assessor", "examiner", "learner", "operator", "signatory"])
async def test_other_roles_neither_subscribe_nor_read(http: httpx2.AsyncClient, role: str):
    caller = ApiCaller(http, uuid4(), (role,))
    assert (await caller.post("/v1/subscriptions", {"url": HOOK})).status_code == 403
    for path in ("/v1/subscriptions", "/v1/deliveries", "/v1/events", f"/v1/deliveries/{uuid4()}"):
        assert (await caller.get(path)).status_code == 403


async def test_a_deleted_subscription_is_gone(school: ApiCaller):
    made = await school.post("/v1/subscriptions", {"url": HOOK})
    place = made.headers["location"]
    assert (await school.delete(place)).status_code == 428
    assert (await school.delete(place, version=7)).status_code == 412
    assert (await school.delete(place, version=1)).status_code == 204
    assert (await school.get(place)).status_code == 404
    assert (await school.delete(place, version=2)).status_code == 404
    assert (await school.get("/v1/subscriptions")).json()["items"] == []


async def test_a_dead_letter_can_be_looked_into_and_sent_again(
    running: Running,
    http: httpx2.AsyncClient,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    who = somebody()
    school = ApiCaller(http, who.org, ("coordinator",))
    subscription, _ = await subscribe(running, who, receiver.url, settings=settings)
    receiver.replies.append(Reply(400))
    [event] = await hear(running, review(who.org))
    await deliverer.run(running)
    listed = await school.get("/v1/deliveries", subscription_id=subscription.id, state="dead_letter")
    [delivery] = listed.json()["items"]
    assert delivery["event_id"] == str(event.id)
    place = f"/v1/deliveries/{delivery['delivery_id']}"
    [attempt] = (await school.get(f"{place}/attempts")).json()["items"]
    assert (attempt["status"], attempt["error"]) == (400, None)
    assert (await school.get(place)).headers["etag"] == f'"{delivery["version"]}"'
    assert (await school.post(f"{place}/redelivery", version=1)).status_code == 412
    queued = await school.post(f"{place}/redelivery", version=delivery["version"])
    assert (queued.status_code, queued.json()["state"], queued.json()["failures"]) == (200, "queued", 0)
    refused = await school.post(f"{place}/redelivery", version=delivery["version"] + 1)
    assert problem(refused) == "wrong-state"
    await deliverer.run(running)
    assert (await school.get(place)).json()["state"] == "delivered"
    assert [came.headers["webhook-id"] for came in receiver.received] == [str(event.id)] * 2


async def test_lists_come_in_pages(running: Running, http: httpx2.AsyncClient):
    who = somebody()
    school = ApiCaller(http, who.org, ("recogniser",))
    first, _ = await subscribe(running, who)
    await subscribe(running, who)
    await hear(running, *(review(who.org) for _ in range(2)))
    page = (await school.get("/v1/deliveries", limit=3)).json()
    rest = (await school.get("/v1/deliveries", limit=3, cursor=page["next"])).json()
    assert len({delivery["delivery_id"] for delivery in page["items"] + rest["items"]}) == 4
    assert rest["next"] is None
    assert len((await school.get("/v1/deliveries", subscription_id=first.id, state="queued")).json()["items"]) == 2
    assert (await school.get("/v1/deliveries", state="delivered")).json()["items"] == []
