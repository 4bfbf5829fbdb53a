"""People and machines sign in at Keycloak, with the realm that an installation begins with: `make keycloak`."""

import html
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
import time_machine

from deploy.local.servers import Servers
from services.notifications import app
from shared import clock
from shared.jwks import AT_MOST_EVERY
from shared.pages.signing_in import COOKIE
from tests.support.keycloak_server import HOME, KeycloakServer, keycloak_server
from tests.support.notifications import SettingsWithKey
from tests.support.running import running_service
from tests.support.signing_in import ACQUIS, CALLBACK, PAGES, behind_ingress, call

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio,
    pytest.mark.skipif(HOME not in os.environ, reason="Keycloak is large: `make keycloak` fetches it and runs this"),
]

CLIENT = "acquis-pages"
NAME, PASSWORD = "ada", "lovelace-1815"
STAFF = {"org": str(uuid4()), "roles": ["coordinator"]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keycloak(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KeycloakServer]:
    async with keycloak_server(tmp_path_factory.mktemp("keycloak")) as server:
        await server.let_come_back(CLIENT, CALLBACK, PAGES)
        await server.add_person(NAME, PASSWORD, "coordinator", {"org": [str(STAFF["org"])]})
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def browser(infrastructure: Servers, keycloak: KeycloakServer) -> AsyncIterator[httpx2.AsyncClient]:
    sign_in = {"issuer": keycloak.issuer, "pages_client_id": CLIENT, "public_url": ACQUIS}
    async with (
        running_service(app.service, SettingsWithKey, infrastructure.database_url) as running,
        behind_ingress(running, **sign_in) as http,
    ):
        yield http


async def sign_in(http: httpx2.AsyncClient, page: str) -> httpx2.Response:
    form = await http.get(f"{PAGES}{page}")
    [action] = re.findall(r'<form id="kc-form-login"[^>]* action="([^"]+)"', form.text)
    return await http.post(html.unescape(action), data={"username": NAME, "password": PASSWORD})


async def test_a_person_signs_in_comes_back_and_signs_out(browser: httpx2.AsyncClient):
    page = await sign_in(browser, "subscriptions")
    assert (page.status_code, str(page.url)) == (200, f"{PAGES}subscriptions")
    browser.cookies.delete(COOKIE)
    assert str((await browser.get(f"{PAGES}subscriptions")).url) == f"{PAGES}subscriptions"
    ended = await browser.post(f"{PAGES}session/end")
    assert COOKIE not in browser.cookies
    asked = await browser.get(ended.headers["refresh"].removeprefix("0;url="))
    assert (asked.status_code, asked.url.path) == (200, "/realms/acquis/protocol/openid-connect/logout")


async def test_a_machine_calls_before_and_after_keys_are_rotated(browser: httpx2.AsyncClient, keycloak: KeycloakServer):
    before = keycloak.token_of_machine({"sub": "school-system", **STAFF})
    assert (await call(browser, before)).status_code == 200
    await keycloak.rotate_keys()
    after = keycloak.token_of_machine({"sub": "school-system", **STAFF})
    assert after.split(".")[0] != before.split(".")[0]
    with time_machine.travel(clock.now() + AT_MOST_EVERY + timedelta(seconds=1)):
        assert (await call(browser, after)).status_code == 200
        assert (await call(browser, before)).status_code == 200


async def test_nobody_comes_back_to_another_address(browser: httpx2.AsyncClient):
    asked = await browser.get(f"{PAGES}session", follow_redirects=False)
    elsewhere = httpx2.URL(asked.headers["location"]).copy_set_param("redirect_uri", f"{CALLBACK}/elsewhere")
    assert (await browser.get(elsewhere, follow_redirects=False)).status_code == 400
