"""An OIDC provider in memory, and tokens good and bad."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

from shared.auth import Authenticator, Principal
from shared.jwks import IssuerKeys

URL = "https://issuer.test"
ORG = uuid4()
CLAIMS = {"sub": "ada", "org": str(ORG), "roles": ["examiner"]}


class Provider(httpx2.AsyncBaseTransport):
    """An OIDC provider that publishes these keys, counts how often it is asked, and can be out of order."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.asked, self.broken, self.calls_itself = list(keys), 0, False, URL

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.broken:
            raise httpx2.ConnectError("out of order")
        if request.url.path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json={"issuer": self.calls_itself, "jwks_uri": f"{URL}/keys"})
        self.asked += 1
        return httpx2.Response(200, json={"keys": [key.as_dict(private=isinstance(key, OctKey)) for key in self.keys]})

    async def accept(self, token: str) -> Principal:
        return await Authenticator(IssuerKeys(URL, transport=self), "acquis").principal(token)


KEY = ECKey.generate_key("P-256", auto_kid=True)
KID = KEY.kid or ""


def signed(key: Key = KEY, alg: str = "ES256", header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """A token as good as any, but for what is given; `...` leaves a claim out."""
    now = int(datetime.now(UTC).timestamp())
    usual = {"iss": URL, "aud": "acquis", "iat": now, "exp": now + 60, **CLAIMS}
    kept = {name: value for name, value in (usual | claims).items() if value is not ...}
    registry = JWSRegistry({"extension": HeaderParameter("One that we do not know", "int")}, [alg])
    return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, kept, key, registry=registry)


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
