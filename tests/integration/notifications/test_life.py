"""A subscription from its request to its end, as its owner sees it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
import pytest_asyncio
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.delivery import Deliverer
from services.notifications.domain.subscriptions import Subscription
from services.notifications.settings import Settings
from services.notifications.store.vault import Vault
from shared.auth import Principal
from shared.contracts.notifications import SubscriptionVerified
from shared.service import Running
from shared.token_buckets import TokenBuckets
from tests.support.notifications import HOOK, hear, review, somebody, subscribe
from tests.support.running import ApiCaller, said_about
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

EXPECTED = {
    "requested": {"verification", "secret-rotation"},
    "active": {"ping", "pause", "secret-rotation", "redelivery"},
    "paused": {"resumption", "secret-rotation", "redelivery"},
    "disabled": {"verification", "secret-rotation"},
}
COMMANDS: dict[str, Any] = {
    "verification": None,
    "ping": None,
    "pause": None,
    "resumption": None,
    "secret-rotation": None,
    "redelivery": {},
}


@pytest.fixture
def who() -> Principal:
    return somebody()


@pytest.fixture
def school(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, ("coordinator",))


@pytest_asyncio.fixture(loop_scope="session")
async def active(running: Running, who: Principal, receiver: WebhookReceiver, settings: Settings) -> Subscription:
    made, _ = await subscribe(running, who, receiver.url, settings=settings)
    return made


def place(subscription: Subscription, command: str = "") -> str:
    return f"/v1/subscriptions/{subscription.id}/{command}".rstrip("/")


async def test_a_subscription_is_active_once_its_endpoint_answers_a_signed_ping(
    running: Running, school: ApiCaller, receiver: WebhookReceiver, deliverer: Deliverer, owner: psycopg.AsyncConnection
):
    made = (await school.post("/v1/subscriptions", {"url": HOOK})).json()
    at = f"/v1/subscriptions/{made['subscription_id']}"
    await owner.execute("UPDATE subscriptions SET url = %s", [receiver.url])  # only tests may receive here
    await hear(running, review(school.org))
    receiver.replies.append(Reply(500, body=b"not yet"))
    for state in ("requested", "active"):
        asked = await school.post(f"{at}/verification", version=1)
        assert (asked.status_code, asked.json()["state"], asked.headers["etag"]) == (200, "requested", '"1"')
        await deliverer.run(running)
        assert (await school.get(at)).json()["state"] == state
    for came in receiver.received:
        assert Webhook(made["secret"]).verify(came.body, came.headers)["type"] == "acquis.subscription.pinged.v1"
    [fact] = await said_about(running, made["subscription_id"])
    assert isinstance(fact, SubscriptionVerified)
    assert len(receiver.received) == 2  # a ping is not tried again by itself, and nothing was queued before
    failed, _ = (await school.get("/v1/deliveries")).json()["items"]
    [attempt] = (await school.get(f"/v1/deliveries/{failed['delivery_id']}/attempts")).json()["items"]
    assert (failed["state"], failed["reason"], attempt["response"]) == ("dead_letter", "exhausted", "not yet")


async def test_an_endpoint_that_never_proved_itself_is_sent_one_ping_at_a_time_and_few(
    running: Running,
    school: ApiCaller,
    receiver: WebhookReceiver,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.handlers.subscriptions.PER_SUBSCRIPTION", TokenBuckets(2))
    receiver.replies.extend([Reply(500)] * 10)
    made = (await school.post("/v1/subscriptions", {"url": HOOK})).json()
    await owner.execute("UPDATE subscriptions SET url = %s", [receiver.url])  # only tests may receive here
    path = f"/v1/subscriptions/{made['subscription_id']}/verification"
    for _ in range(2):
        first, second = [await school.post(path, version=1) for _ in range(2)]
        assert (first.status_code, second.status_code, second.headers["retry-after"]) == (200, 429, "15")
        await deliverer.run(running)
    refused = await school.post(path, version=1)
    assert (refused.status_code, 0 < int(refused.headers["retry-after"]) <= 60) == (429, True)
    await deliverer.run(running)
    assert len(receiver.received) == 2


async def test_many_subscriptions_do_not_let_an_institution_send_more_pings_to_a_host(
    http: httpx2.AsyncClient, school: ApiCaller, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.handlers.subscriptions.PER_HOST", TokenBuckets(2))

    async def asked(caller: ApiCaller, url: str) -> int:
        made = (await caller.post("/v1/subscriptions", {"url": url})).json()
        return (await caller.post(f"/v1/subscriptions/{made['subscription_id']}/verification", version=1)).status_code

    assert [await asked(school, f"{HOOK}/{number}") for number in range(3)] == [200, 200, 429]
    assert await asked(school, "https://elsewhere.school.example/") == 200
    assert await asked(ApiCaller(http, uuid4(), ("coordinator",)), HOOK) == 200


@pytest.mark.parametrize("state", EXPECTED)
async def test_each_state_allows_what_the_table_says_and_tells_it(
    school: ApiCaller, active: Subscription, owner: psycopg.AsyncConnection, state: str
):
    for command, body in COMMANDS.items():
        await owner.execute("UPDATE subscriptions SET state = %s, version = 2", [state])
        stale = await school.post(place(active, command), body, version=1)
        assert stale.status_code == 412, command
        answer = await school.post(place(active, command), body, version=2)
        if command in EXPECTED[state]:
            assert answer.is_success, (command, answer.text)
            assert "etag" in answer.headers
        else:
            assert (answer.status_code, answer.json()["state"]) == (409, state), command


@pytest.mark.parametrize("role", ["assessor", "examiner", "learner", "operator", "signatory"])
async def test_no_other_role_and_no_stranger_commands_a_subscription(
    http: httpx2.AsyncClient, school: ApiCaller, active: Subscription, role: str
):
    other = ApiCaller(http, school.org, (role,))
    stranger = ApiCaller(http, uuid4(), ("coordinator",))
    for command, body in COMMANDS.items():
        assert (await other.post(place(active, command), body, version=2)).status_code == 403
        assert (await stranger.post(place(active, command), body, version=2)).status_code == 404
    assert (await stranger.put(place(active), {}, version=2)).status_code == 404


async def test_what_happens_during_a_pause_waits_for_its_end(
    running: Running, school: ApiCaller, active: Subscription, receiver: WebhookReceiver, deliverer: Deliverer
):
    await hear(running, review(school.org))
    paused = await school.post(place(active, "pause"), version=2)
    assert (paused.json()["state"], paused.headers["etag"]) == ("paused", '"3"')
    await hear(running, review(school.org))
    assert await deliverer.run(running) == 0
    await school.post(place(active, "resumption"), version=3)
    assert await deliverer.run(running) == len(receiver.received) == 2


async def test_a_rotated_secret_goes_on_being_valid_so_that_no_delivery_fails(
    running: Running,
    school: ApiCaller,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription, old = await subscribe(running, somebody(org=school.org), receiver.url, settings=settings)
    rotated = await school.post(place(subscription, "secret-rotation"), version=2, key="once")
    repeated = await school.post(place(subscription, "secret-rotation"), version=2, key="once")
    new = rotated.json()["secret"]
    assert repeated.json() == rotated.json()
    assert "secret" not in (await school.get(place(subscription))).json()
    await hear(running, review(school.org))
    await deliverer.run(running)
    await owner.execute("UPDATE subscriptions SET old_secret_until = now()")
    await hear(running, review(school.org))
    await deliverer.run(running)
    both, one = receiver.received
    for secret in (old, new):
        Webhook(secret).verify(both.body, both.headers)
    Webhook(new).verify(one.body, one.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(one.body, one.headers)


async def test_a_secret_that_was_replaced_lasts_as_long_as_was_said_unless_it_is_to_end_at_once(
    running: Running,
    school: ApiCaller,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    subscription, old = await subscribe(running, somebody(org=school.org), receiver.url, settings=settings)
    at = place(subscription, "secret-rotation")
    second = (await school.post(at, version=2)).json()["secret"]
    refused = await school.post(at, version=3)
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "conflict")
    await hear(running, review(school.org))
    await deliverer.run(running)
    ended = await school.post(at, {"at_once": True}, version=3)
    assert ended.json()["old_secret_until"] is None
    third = ended.json()["secret"]
    await hear(running, review(school.org))
    await deliverer.run(running)
    before, after = receiver.received
    for secret in (old, second):
        Webhook(secret).verify(before.body, before.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(after.body, after.headers)
    Webhook(third).verify(after.body, after.headers)
    assert (await school.post(at, version=4)).status_code == 200
    await owner.execute("UPDATE subscriptions SET old_secret_until = now()")
    assert (await school.post(at, version=5)).status_code == 200


async def test_everybody_may_ask_for_the_public_keys(http: httpx2.AsyncClient, settings: Settings):
    answer = await http.get("/v1/webhook-keys")
    assert answer.status_code == 200, answer.text
    assert [item["public_key"] for item in answer.json()["items"]] == Vault(
        settings.secret_key.get_secret_value()
    ).public_keys


async def test_a_ping_goes_ahead_of_what_waits_and_through_a_rest(
    running: Running,
    school: ApiCaller,
    active: Subscription,
    receiver: WebhookReceiver,
    deliverer: Deliverer,
    owner: psycopg.AsyncConnection,
):
    await hear(running, *(review(school.org) for _ in range(6)))
    await owner.execute("UPDATE subscriptions SET failing_since = now(), rests_until = now() + interval '1 hour'")
    assert await deliverer.run(running) == 0
    queued = await school.post(place(active, "ping"), version=2)
    assert queued.headers["location"] == f"/v1/deliveries/{queued.json()['delivery_id']}"
    assert await deliverer.run(running) == 7
    assert {came.headers["webhook-id"] for came in receiver.received[:4]} >= {queued.json()["event_id"]}
    assert (await school.get(place(active))).json()["failing_since"] is None


async def test_of_two_who_pause_at_once_one_wins(school: ApiCaller, active: Subscription):
    answers = await asyncio.gather(*(school.post(place(active, "pause"), version=2) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_an_institution_has_as_many_subscriptions_as_it_may_and_no_more_however_many_are_asked_for_at_once(
    running: Running, http: httpx2.AsyncClient, school: ApiCaller
):
    async def subscribe_once(caller: ApiCaller) -> httpx2.Response:
        return await caller.post("/v1/subscriptions", {"url": HOOK})

    assert isinstance(running.settings, Settings)
    most = running.settings.most_subscriptions
    made = [await subscribe_once(school) for _ in range(most - 2)]
    answers = await asyncio.gather(*(subscribe_once(school) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    [refused, *_] = [answer for answer in answers if answer.status_code == 409]
    assert (refused.json()["type"].split("/")[-1], str(most) in refused.json()["detail"]) == ("conflict", True)
    assert (await subscribe_once(ApiCaller(http, uuid4(), ("coordinator",)))).status_code == 201
    await school.delete(f"/v1/subscriptions/{made[0].json()['subscription_id']}", version=1)
    assert (await subscribe_once(school)).status_code == 201
