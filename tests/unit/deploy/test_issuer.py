"""The development issuer speaks OAuth 2 as a real provider would."""

from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from deploy.local.issuer import Client, DevelopmentIssuer
from shared.auth import Authenticator
from shared.jwks import IssuerKeys

pytestmark = pytest.mark.asyncio
URL, ORG = "http://issuer.test", uuid4()
CLIENTS = {"school": Client("s3cret", {"org": str(ORG), "roles": ["coordinator"]})}
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(URL, tmp_path, CLIENTS)


@pytest_asyncio.fixture
async def http(issuer: DevelopmentIssuer):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=issuer.app), base_url=URL) as client:
        yield client


async def accepted(issuer: DevelopmentIssuer, token: str):
    keys = IssuerKeys(URL, transport=httpx2.ASGITransport(app=issuer.app))
    return await Authenticator(keys, "acquis").principal(token)


async def test_a_client_gets_a_token_that_the_services_accept(issuer: DevelopmentIssuer, http: httpx2.AsyncClient):
    by_basic = await http.post("/token", data=GRANT, auth=("school", "s3cret"))
    by_form = await http.post("/token", data=GRANT | {"client_id": "school", "client_secret": "s3cret"})
    for answer in (by_basic, by_form):
        principal = await accepted(issuer, answer.json()["access_token"])
        assert (principal.sub, principal.org, principal.roles) == ("school", ORG, {"coordinator"})


@pytest.mark.parametrize("auth", [("school", "wrong"), ("nobody", "s3cret"), ("", "")])
async def test_a_wrong_secret_gets_nothing(http: httpx2.AsyncClient, auth):
    answer = await http.post("/token", data=GRANT, auth=auth)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_only_client_credentials_are_understood(http: httpx2.AsyncClient):
    assert (await http.post("/token", data={"grant_type": "password"})).json() == {"error": "unsupported_grant_type"}


async def test_tokens_outlive_a_restart(issuer: DevelopmentIssuer, tmp_path: Path):
    token = issuer.token({"sub": "ada"})
    assert (await accepted(DevelopmentIssuer(URL, tmp_path, CLIENTS), token)).sub == "ada"
    assert (tmp_path / "development-issuer.json").stat().st_mode & 0o077 == 0


async def test_the_private_key_is_not_published(http: httpx2.AsyncClient):
    [key] = (await http.get("/jwks.json")).json()["keys"]
    assert "d" not in key


async def test_it_says_loudly_that_it_is_for_development(http: httpx2.AsyncClient, capsys, tmp_path):
    DevelopmentIssuer(URL, tmp_path, CLIENTS)
    assert "DEVELOPMENT ISSUER" in capsys.readouterr().err
    described = (await http.get("/.well-known/openid-configuration")).json()
    assert "DEVELOPMENT ISSUER" in described["development_only"]
