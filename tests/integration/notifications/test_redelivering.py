"""Sending again: one, what fits, or since a time; nobody else's schedule is touched."""

from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
import pytest_asyncio

from services.notifications.domain.subscriptions import Subscription
from shared.auth import Principal
from shared.service import Running
from tests.support.notifications import deliveries_of, hear, review, somebody, subscribe
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

STATES = ("queued", "delivering", "retry", "delivered", "dead_letter", "dead_letter")


@pytest.fixture
def home() -> Principal:
    return somebody()


@pytest.fixture
def school(http: httpx2.AsyncClient, home: Principal) -> ApiCaller:
    return ApiCaller(http, home.org, ("coordinator",))


@pytest_asyncio.fixture(loop_scope="session")
async def subscription(running: Running, home: Principal, owner: psycopg.AsyncConnection) -> Subscription:
    """With a delivery in each state, ten days old, and a dead letter of today."""
    made, _ = await subscribe(running, home)
    await hear(running, *(review(home.org) for _ in STATES))
    rows = await deliveries_of(running, made)
    for row, state in zip(rows, STATES, strict=True):
        await owner.execute(
            "UPDATE deliveries SET state = %s, failures = 3, reason = 'exhausted',"
            " created_at = now() - make_interval(days => %s),"
            " next_attempt_at = CASE WHEN %s THEN NULL ELSE now() + interval '1 hour' END WHERE id = %s",
            [state, 0 if row is rows[-1] else 10, state in {"delivered", "dead_letter"}, row.id],
        )
    return made


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ({}, [4, 5]),
        ({"states": ["delivered"]}, [3]),
        ({"states": ["delivered", "dead_letter"]}, [3, 4, 5]),
        ({"states": []}, [3, 4, 5]),
        ({"states": ["queued", "delivering", "retry"]}, []),
        ({"since": "2000-01-01T00:00:00Z", "until": "2001-01-01T00:00:00Z"}, []),
        ({"type": "acquis.review.required.v1"}, [4, 5]),
        ({"type": "acquis.credit.recognised.v1"}, []),
    ],
)
async def test_what_is_over_and_fits_is_sent_again_and_the_rest_keeps_its_schedule(
    running: Running, school: ApiCaller, subscription: Subscription, asked: dict[str, Any], again: list[int]
):
    before = await deliveries_of(running, subscription)
    answer = await school.post(f"/v1/subscriptions/{subscription.id}/redelivery", asked, version=2)
    assert (answer.status_code, answer.json()) == (200, {"queued": len(again), "next": None})
    for number, (was, now) in enumerate(zip(before, await deliveries_of(running, subscription), strict=True)):
        if number in again:
            assert (now.state, now.failures, now.reason, now.version) == ("queued", 0, None, was.version + 1)
        else:
            assert now == was


async def test_since_a_time_means_queued_first_at_that_time_or_later(
    running: Running, school: ApiCaller, subscription: Subscription
):
    *_, last = await deliveries_of(running, subscription)
    asked = {"since": last.created_at.isoformat()}
    answer = await school.post(f"/v1/subscriptions/{subscription.id}/redelivery", asked, version=2)
    assert answer.json() == {"queued": 1, "next": None}


async def test_whoever_follows_next_has_each_sent_again_once_though_they_arrive_meanwhile(
    running: Running,
    school: ApiCaller,
    subscription: Subscription,
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.handlers.deliveries.AT_ONCE", 2)
    await owner.execute("UPDATE deliveries SET state = 'delivered', next_attempt_at = NULL")
    before = await deliveries_of(running, subscription)
    asked: dict[str, Any] = {"states": ["delivered"]}
    numbers: list[int] = []
    while len(numbers) < len(STATES):
        answer = (await school.post(f"/v1/subscriptions/{subscription.id}/redelivery", asked, version=2)).json()
        await owner.execute("UPDATE deliveries SET state = 'delivered', next_attempt_at = NULL")
        numbers.append(answer["queued"])
        if not answer["next"]:
            break
        asked["after"] = answer["next"]
    assert numbers == [2, 2, 2, 0]
    after = await deliveries_of(running, subscription)
    assert [row.version for row in after] == [row.version + 1 for row in before]


async def test_nobody_elses_deliveries_are_sent_again(
    running: Running, http: httpx2.AsyncClient, school: ApiCaller, subscription: Subscription
):
    other = somebody()
    theirs, _ = await subscribe(running, other)
    path = "/v1/subscriptions/{}/redelivery"
    before = await deliveries_of(running, subscription)
    assert (await school.post(path.format(theirs.id), {}, version=2)).status_code == 404
    foreign = ApiCaller(http, other.org, ("coordinator",))
    assert (await foreign.post(path.format(theirs.id), {}, version=2)).json() == {"queued": 0, "next": None}
    assert await deliveries_of(running, subscription) == before


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"states": ["lost"]}, "/states/0"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-09-01T00:00:00"}, "/since"),
        ({"type": "a b"}, "/type"),
        ({"after": "7"}, "/after"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_pointed_at(
    school: ApiCaller, subscription: Subscription, wrong: dict[str, Any], pointer: str
):
    answer = await school.post(f"/v1/subscriptions/{subscription.id}/redelivery", wrong, version=2)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_dead_letters_are_found_with_their_reasons(school: ApiCaller, subscription: Subscription):
    found = await school.get("/v1/deliveries", subscription_id=subscription.id, state="dead_letter")
    assert [item["reason"] for item in found.json()["items"]] == ["exhausted", "exhausted"]
    event_id = found.json()["items"][0]["event_id"]
    assert len((await school.get("/v1/deliveries", event_id=event_id)).json()["items"]) == 1
    assert (await school.get("/v1/deliveries", event_id=str(uuid4()))).json()["items"] == []
    assert (await school.get("/v1/deliveries", until="2001-01-01T00:00:00Z")).json()["items"] == []
    assert len((await school.get("/v1/deliveries", since="2001-01-01T00:00:00Z")).json()["items"]) == len(STATES)
