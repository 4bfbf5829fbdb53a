"""The pages for subscribers: read and used as a browser does, without scripts."""

import re
from urllib.parse import urljoin
from uuid import uuid4

import httpx2
import psycopg
import pytest

from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.auth import Principal
from shared.pages.signing_in import COOKIE
from shared.service import Running
from tests.support.browsing import SAME_ORIGIN, Browser, token
from tests.support.notifications import deliveries_of, hear, review, somebody, subscribe
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def home() -> Principal:
    return somebody()


@pytest.fixture
def signed_in(http: httpx2.AsyncClient, home: Principal) -> Browser:
    return Browser(http, token(home))


async def test_a_subscriber_tests_an_endpoint_and_sees_what_came_of_it(
    running: Running,
    signed_in: Browser,
    home: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    subscription, _ = await subscribe(running, home, receiver.url, settings=settings, description="<b>Register</b>")
    listed = await signed_in.open("/pages/")
    assert "&lt;b&gt;Register" in listed.text
    page = await signed_in.open(f"/pages/subscriptions/{subscription.id}")
    tested = await signed_in.send_form(page, "Send a test")
    assert "A test was sent" in tested.text
    receiver.replies.append(Reply(404, body=b"<script>alert(1)</script>"))
    await deliverer.run(running)
    [delivery] = await deliveries_of(running, subscription)
    shown = await signed_in.open(f"/pages/deliveries/{delivery.id}")
    assert "dead letter" in shown.text
    assert "&lt;script&gt;" in shown.text
    assert "<script" not in shown.text
    health = await signed_in.open(f"/pages/subscriptions/{subscription.id}")
    assert "0 arrived, 0 on their way, 1 dead letters" in health.text
    assert 'class="lost"' in health.text


async def test_what_failed_is_sent_again_once(
    running: Running,
    signed_in: Browser,
    home: Principal,
    receiver: WebhookReceiver,
    settings: Settings,
    deliverer: Deliverer,
):
    subscription, _ = await subscribe(running, home, receiver.url, settings=settings)
    await hear(running, review(home.org))
    receiver.replies.append(Reply(400))
    await deliverer.run(running)
    listed = await signed_in.open(f"/pages/deliveries?state=dead_letter&subscription_id={subscription.id}")
    [path] = re.findall(r'href="([^"]*deliveries/[0-9a-f-]+)"', listed.text)
    page = await signed_in.open(urljoin(str(listed.url), path))
    again = await signed_in.send_form(page, "Send it again")
    assert "queued again" in again.text
    stale = await signed_in.send_form(page, "Send it again")
    assert (stale.status_code, "read the page again" in stale.text) == (412, True)
    await deliverer.run(running)
    arrived = await signed_in.open("/pages/deliveries?state=delivered")
    assert "<td>delivered</td>" in arrived.text


async def test_what_is_done_on_a_page_is_in_the_audit_log(
    running: Running, signed_in: Browser, http: httpx2.AsyncClient, home: Principal
):
    subscription, _ = await subscribe(running, home)
    page = await signed_in.open(f"/pages/subscriptions/{subscription.id}")
    await signed_in.send_form(page, "Send a test")
    answer = await http.get("/v1/notifications-audit-entries", headers={"Authorization": f"Bearer {token(home)}"})
    [entry] = answer.json()["items"]
    assert (entry["operation"], entry["resource"]) == ("send_test", f"/pages/subscriptions/{subscription.id}/ping")


async def test_all_dead_letters_of_a_subscription_are_sent_again(
    running: Running, signed_in: Browser, home: Principal, owner: psycopg.AsyncConnection
):
    subscription, _ = await subscribe(running, home)
    await hear(running, review(home.org), review(home.org))
    await owner.execute("UPDATE deliveries SET state = 'dead_letter', next_attempt_at = NULL")
    page = await signed_in.open(f"/pages/subscriptions/{subscription.id}")
    await signed_in.send_form(page, "Send all dead letters again")
    assert [delivery.state for delivery in await deliveries_of(running, subscription)] == ["queued"] * 2


async def test_where_there_are_too_many_dead_letters_for_once_the_rest_is_offered(
    running: Running,
    signed_in: Browser,
    home: Principal,
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("services.notifications.handlers.deliveries.AT_ONCE", 2)
    subscription, _ = await subscribe(running, home)
    await hear(running, *(review(home.org) for _ in range(3)))
    await owner.execute("UPDATE deliveries SET state = 'dead_letter', next_attempt_at = NULL")
    page = await signed_in.open(f"/pages/subscriptions/{subscription.id}")
    assert "Send the rest" not in page.text
    first = await signed_in.send_form(page, "Send all dead letters again")
    assert "There are more" in first.text
    rest = await signed_in.send_form(first, "Send the rest")
    assert "It is queued again" in rest.text
    assert [delivery.state for delivery in await deliveries_of(running, subscription)] == ["queued"] * 3


async def test_lists_go_on_where_a_page_ends(running: Running, signed_in: Browser, home: Principal):
    for _ in range(51):
        await subscribe(running, home)
    first = await signed_in.open("/pages/subscriptions")
    [more] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = await signed_in.open(urljoin(str(first.url), more))
    assert first.text.count('<th scope="row">') == 50
    assert second.text.count('<th scope="row">') == 1


async def test_somebody_elses_pages_are_not_found(running: Running, http: httpx2.AsyncClient, home: Principal):
    subscription, _ = await subscribe(running, home)
    await hear(running, review(home.org))
    [delivery] = await deliveries_of(running, subscription)
    stranger = Browser(http, token(somebody()))
    for path in (f"subscriptions/{subscription.id}", f"deliveries/{delivery.id}", f"subscriptions/{uuid4()}"):
        page = await stranger.open(f"/pages/{path}")
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for path in (f"subscriptions/{subscription.id}/ping", f"deliveries/{delivery.id}/redelivery"):
        answer = await http.post(
            f"/pages/{path}",
            data={"version": "1"},
            headers=SAME_ORIGIN | {"Cookie": f"{COOKIE}={token(somebody())}"},
        )
        assert answer.status_code == 404
    assert str(subscription.id) not in (await stranger.open("/pages/subscriptions")).text
    assert str(delivery.id) not in (await stranger.open("/pages/deliveries")).text


async def test_a_role_without_subscriptions_is_refused(http: httpx2.AsyncClient):
    assert (await Browser(http, token(somebody("examiner"))).open("/pages/subscriptions")).status_code == 403


@pytest.mark.parametrize(
    "path", ["deliveries?state=x", "deliveries?cursor=x", "subscriptions?cursor=%00", "subscriptions/1"]
)
async def test_an_address_that_makes_no_sense_is_a_page_that_says_so(signed_in: Browser, path: str):
    page = await signed_in.open(f"/pages/{path}")
    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")


async def test_nothing_runs_on_a_page_and_its_forms_stay_here(signed_in: Browser):
    page = await signed_in.open("/pages/deliveries")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|style=|\son\w+=", page.text)
