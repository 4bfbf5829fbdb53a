"""An OIDC issuer for one's own machine: signs the same tokens that a real provider would, for well-known clients.

It is for development only, and says so: whoever reaches it can be any role at any institution that it knows.
"""

import base64
import json
import sys
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared import clock, ids

WARNING = "DEVELOPMENT ISSUER at {url}: whoever reaches it can be anybody. Never use it where data are real."
HOUR = timedelta(hours=1)
SECRET = "demo"  # noqa: S105 - of all demo clients, on one's own machine


@dataclass(frozen=True)
class Client:
    """A machine client: with this secret it gets these claims (`org`, `roles`, `countries`, `learner_id`)."""

    secret: str
    claims: Mapping[str, Any]


class DevelopmentIssuer:
    """Signs with a key that is made once and kept in `home`, so that tokens outlive a restart."""

    def __init__(
        self, url: str, home: Path, clients: Mapping[str, Client] | None = None, audience: str = "acquis"
    ) -> None:
        self.url, self.audience, self._clients = url, audience, dict(clients or {})
        self._key = _kept_key(home / "development-issuer.json")
        routes = [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/jwks.json", self._jwks),
            Route("/token", self._token, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)
        print(WARNING.format(url=url), file=sys.stderr)

    def know(self, clients: Mapping[str, Client]) -> None:
        """Give these clients tokens from now on, too."""
        self._clients.update(clients)

    def token(self, claims: Mapping[str, Any], ttl: timedelta = HOUR) -> str:
        """An access token with these claims; `sub` is among them, all else that a token needs is added."""
        now = int(clock.now().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + int(ttl.total_seconds())}
        about = {"iss": self.url, "aud": self.audience, "jti": str(ids.new_id()), "typ": "Bearer"}
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, {**about, **times, **claims}, self._key)

    async def _configuration(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks.json",
                "token_endpoint": f"{self.url}/token",
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "development_only": WARNING.format(url=self.url),
            }
        )

    async def _jwks(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self._key.as_dict(private=False, use="sig", alg="ES256")]})

    async def _token(self, request: Request) -> JSONResponse:
        """RFC 6749, 4.4: the client credentials grant."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode(errors="replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        client_id, secret = _credentials(request, form)
        client = self._clients.get(client_id)
        if client is None or client.secret != secret:
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        token = self.token({"sub": client_id, **client.claims})
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": int(HOUR.total_seconds())})


def _credentials(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from HTTP Basic or from the form (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (NotBase64Error, UnicodeDecodeError):
        return "", ""
    return unquote(client_id), unquote(secret)


def _kept_key(path: Path) -> ECKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)))
    return ECKey.import_key(json.loads(path.read_text()))
