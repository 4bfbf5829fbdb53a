"""The whole way of a token, from a real OpenID provider to the API and the pages."""

import hmac
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
import time_machine
from joserfc.jwk import ECKey

from shared import clock
from shared.jwks import AT_MOST_EVERY
from shared.pages.signing_in import ATTEMPT, COOKIE
from shared.service import Running
from tests.support.openid_provider import PAGES_CLIENT, OpenIdProvider, openid_provider
from tests.support.provider import base64url
from tests.support.signing_in import ACQUIS, CALLBACK, PAGES, behind_ingress, call

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

STAFF = {"org": str(uuid4()), "roles": ["coordinator"]}
CLAIMS = {"ada": STAFF, "machine": STAFF, "machine-of-another-service": STAFF}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with openid_provider(redirect_uri=CALLBACK, home=PAGES, claims=CLAIMS) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def browser(running: Running, provider: OpenIdProvider) -> AsyncIterator[httpx2.AsyncClient]:
    """One that goes to Acquis behind its ingress and, by the network, to the provider; and a machine's client, too."""
    settings = {"issuer": provider.issuer, "pages_client_id": PAGES_CLIENT, "public_url": ACQUIS}
    async with behind_ingress(running, **settings) as http:
        yield http


async def sign_in(http: httpx2.AsyncClient, page: str, name: str = "ada") -> httpx2.Response:
    """Go to a page, and fill in the provider's form that comes instead."""
    form = await http.get(f"{PAGES}{page}")
    [action] = re.findall(r'action="([^"]+)" method="post"', form.text)
    fields = {"prompt": "login", "login": name, "password": "of a test"}
    return await http.post(urljoin(str(form.url), action), data=fields)


async def test_a_person_signs_in_and_comes_to_the_page_that_was_wanted(browser: httpx2.AsyncClient):
    page = await sign_in(browser, "subscriptions")
    assert (page.status_code, str(page.url)) == (200, f"{PAGES}subscriptions")
    assert "Sign out" in page.text
    assert (await browser.get(f"{PAGES}deliveries")).url.path == "/notifications/pages/deliveries"
    assert ATTEMPT not in browser.cookies


async def test_a_token_that_has_ended_is_renewed_without_a_question(browser: httpx2.AsyncClient):
    await sign_in(browser, "subscriptions")
    before = browser.cookies[COOKIE]
    browser.cookies.set(COOKIE, before[:-8], domain="acquis.test")
    page = await browser.get(f"{PAGES}subscriptions")
    assert (page.status_code, str(page.url)) == (200, f"{PAGES}subscriptions")
    assert browser.cookies[COOKIE] != before


async def test_a_form_of_somebody_signed_out_changes_nothing_and_says_so(browser: httpx2.AsyncClient):
    refused = await browser.post(f"{PAGES}subscriptions/{uuid4()}/ping")
    assert refused.status_code == 401
    assert "not signed in any more" in refused.text


async def test_signing_out_ends_it_at_the_provider_too(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    await sign_in(browser, "subscriptions")
    page = await browser.post(f"{PAGES}session/end")
    assert COOKIE not in browser.cookies
    way_out = page.headers["refresh"].removeprefix("0;url=")
    assert way_out.startswith(f"{provider.issuer}/session/end?")
    asked = await browser.get(way_out)
    [secret] = re.findall(r'name="xsrf" value="(\w+)"', asked.text)
    answer = await browser.post(f"{provider.issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"})
    assert answer.url.path == "/interaction" or 'name="login"' in answer.text


async def begin(http: httpx2.AsyncClient) -> dict[str, str]:
    """What the provider is asked."""
    answer = await http.get(f"{PAGES}session?then=subscriptions", follow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def test_the_provider_is_asked_with_pkce_and_secrets_of_this_attempt(browser: httpx2.AsyncClient):
    first, second = await begin(browser), await begin(browser)
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == CALLBACK
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize("part", ["state", "verifier", "nonce", "everything"])
async def test_a_code_is_worth_nothing_in_a_browser_that_did_not_begin(browser: httpx2.AsyncClient, part: str):
    page = await sign_in(browser, "subscriptions")
    browser.cookies.delete(COOKIE)
    asked = await browser.get(f"{PAGES}session?then=subscriptions", follow_redirects=False)
    code = await browser.get(asked.headers["location"], follow_redirects=False)
    kept = browser.cookies[ATTEMPT].strip('"').split(".")
    place = {"state": 0, "nonce": 1, "verifier": 2}
    browser.cookies.delete(ATTEMPT)
    if part in place:
        kept[place[part]] = "x" * 43
        browser.cookies.set(ATTEMPT, ".".join(kept), domain="acquis.test")
    page = await browser.get(code.headers["location"])
    assert page.status_code == 401
    assert 'role="alert"' in page.text
    assert COOKIE not in browser.cookies


async def test_who_declines_at_the_provider_is_told_so(browser: httpx2.AsyncClient):
    asked = await begin(browser)
    page = await browser.get(f"{PAGES}session/callback?error=access_denied&state={asked['state']}")
    assert (page.status_code, COOKIE in browser.cookies) == (401, False)


async def test_a_machine_calls_with_a_token_of_its_own(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    assert (await call(browser, await provider.token_of("machine"))).status_code == 200


async def test_a_token_for_another_service_is_refused(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    answer = await call(browser, await provider.token_of("machine-of-another-service"))
    assert (answer.status_code, "aud" in answer.json()["detail"]) == (401, True)


async def test_a_token_that_has_ended_is_refused(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    token = await provider.token_of("machine")
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert (await call(browser, token)).status_code == 401


async def test_the_provider_s_public_key_signs_nothing(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    described = await browser.get(f"{provider.issuer}/.well-known/openid-configuration")
    [published] = (await browser.get(described.json()["jwks_uri"])).json()["keys"]
    _, payload, _ = (await provider.token_of("machine")).split(".")
    for alg in ("HS256", "none"):
        header = base64url(json.dumps({"alg": alg, "kid": published["kid"], "typ": "at+jwt"}).encode())
        pem = ECKey.import_key(published).as_pem(private=False)
        signature = base64url(hmac.digest(pem, f"{header}.{payload}".encode(), "sha256")) if alg == "HS256" else ""
        assert (await call(browser, f"{header}.{payload}.{signature}")).status_code == 401


async def test_keys_are_rotated_while_machines_call(browser: httpx2.AsyncClient, provider: OpenIdProvider):
    before = await provider.token_of("machine")
    assert (await call(browser, before)).status_code == 200
    await provider.rotate()
    after = await provider.token_of("machine")
    with time_machine.travel(clock.now() + AT_MOST_EVERY + timedelta(seconds=1)):
        assert (await call(browser, after)).status_code == 200
        assert (await call(browser, before)).status_code == 401


async def test_without_the_provider_known_keys_go_on_and_nobody_signs_in(
    browser: httpx2.AsyncClient, provider: OpenIdProvider
):
    token = await provider.token_of("machine")
    assert (await call(browser, token)).status_code == 200
    await provider.stop()
    try:
        assert (await call(browser, token)).status_code == 200
        page = await browser.get(f"{PAGES}session")
        assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    finally:
        await provider.start()


async def test_a_service_that_starts_without_the_provider_says_when_to_come_again(
    running: Running, provider: OpenIdProvider
):
    token = await provider.token_of("machine")
    await provider.stop()
    try:
        async with behind_ingress(running, issuer=provider.issuer) as http:
            answer = await call(http, token)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    finally:
        await provider.start()
