"""Signing in to the pages, and who may send their forms."""

from urllib.parse import urljoin
from uuid import uuid4

import httpx2
import pytest

from shared.auth import Principal
from shared.pages.signing_in import ATTEMPT, COOKIE
from shared.service import Running
from tests.support.browsing import SAME_ORIGIN, Browser, token
from tests.support.notifications import deliveries_of, somebody, subscribe

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def home() -> Principal:
    return somebody()


async def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(
    running: Running, http: httpx2.AsyncClient, home: Principal
):
    subscription, _ = await subscribe(running, home)
    page = await Browser(http).open(f"/pages/subscriptions/{subscription.id}")
    assert (page.status_code, page.url.path) == (200, "/pages/session")
    fields = {"token": token(home), "then": f"subscriptions/{subscription.id}"}
    answer = await http.post("/pages/session", data=fields, headers=SAME_ORIGIN)
    assert answer.status_code == 303
    assert urljoin("/pages/session", answer.headers["location"]) == f"/pages/subscriptions/{subscription.id}"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={token(home).split('.')[0]}")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example", "//elsewhere.example", "/x", "a/../..", "javascript:1", ""]
)
async def test_the_way_back_never_leads_elsewhere(http: httpx2.AsyncClient, home: Principal, then: str):
    answer = await http.post("/pages/session", data={"token": token(home), "then": then}, headers=SAME_ORIGIN)
    assert answer.headers["location"] == "./"


async def test_a_token_that_is_refused_signs_nobody_in(http: httpx2.AsyncClient):
    for wrong in ("nonsense", "a" * 4_000):
        answer = await http.post("/pages/session", data={"token": wrong}, headers=SAME_ORIGIN)
        assert answer.status_code == 401
        assert 'role="alert"' in answer.text
        assert "set-cookie" not in answer.headers


async def test_without_a_provider_nobody_comes_back_from_it(http: httpx2.AsyncClient):
    answer = await http.get("/pages/session/callback?state=a&code=b", headers={"Cookie": f"{ATTEMPT}=a.b.c.x"})
    assert answer.status_code == 404


async def test_a_form_sent_too_late_is_answered_without_leaving_the_page(http: httpx2.AsyncClient):
    answer = await http.post(f"/pages/subscriptions/{uuid4()}/verification", headers=SAME_ORIGIN)
    assert (answer.status_code, "location" in answer.headers) == (401, False)
    assert "Nothing was changed" in answer.text


async def test_signing_out_takes_the_cookie_away(http: httpx2.AsyncClient, home: Principal):
    page = await Browser(http, token(home)).open("/pages/subscriptions")
    assert "Sign out" in page.text
    answer = await http.post("/pages/session/end", headers=SAME_ORIGIN)
    assert "max-age=0" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://api.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    running: Running, http: httpx2.AsyncClient, home: Principal, headers: dict[str, str]
):
    subscription, _ = await subscribe(running, home)
    other = Browser(http, token(home), headers)
    page = await other.open(f"/pages/subscriptions/{subscription.id}")
    refused = await other.send_form(page, "Send a test")
    assert refused.status_code == 403
    assert await deliveries_of(running, subscription) == []


async def test_a_browser_without_fetch_metadata_is_known_by_its_origin(
    running: Running, http: httpx2.AsyncClient, home: Principal
):
    subscription, _ = await subscribe(running, home)
    old = Browser(http, token(home), {"Origin": "http://api.test"})
    page = await old.open(f"/pages/subscriptions/{subscription.id}")
    assert (await old.send_form(page, "Send a test")).status_code == 200


async def test_the_api_does_not_look_at_the_cookie(http: httpx2.AsyncClient, home: Principal):
    answer = await http.get("/v1/subscriptions", headers={"Cookie": f"{COOKIE}={token(home)}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"version=", b"version=1;2", b"version=-1", b"\xff", b"&" * 50, b"version=" + b"9" * 50]
)
async def test_a_form_that_is_none_is_refused(running: Running, http: httpx2.AsyncClient, home: Principal, body: bytes):
    subscription, _ = await subscribe(running, home)
    headers = SAME_ORIGIN | {"Cookie": f"{COOKIE}={token(home)}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post(f"/pages/subscriptions/{subscription.id}/ping", content=body, headers=headers)
    assert answer.status_code == 422
