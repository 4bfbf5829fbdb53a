"""Signing in to the pages at the OIDC provider: authorisation code with PKCE (RFC 6749, RFC 7636, RFC 9700).

Nothing is stored here: what an attempt needs on its way back waits in a cookie of the browser that began it.
"""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact
from pydantic import SecretStr

from shared import clock
from shared.auth import LEEWAY_SECONDS, REGISTRY
from shared.jwks import IssuerKeys
from shared.oidc import TIMEOUT_SECONDS, discover
from shared.problems import Unauthorised, Unavailable
from shared.settings import PlatformSettings

CALLBACK = "pages/session/callback"
RETRY_AFTER_SECONDS = 10
NOT_COMPLETED = "The sign-in was not completed. Try it again."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One way of a browser to the provider and back."""

    state: str
    """Ties what comes back to the browser that began."""
    nonce: str
    """Ties the id token to this attempt."""
    verifier: str
    """Proves to the provider that who fetches the token is who began (PKCE)."""
    then: str
    """The page that was wanted, relative to `/pages/`."""

    @classmethod
    def begin(cls, then: str) -> "Attempt":
        return cls(secrets.token_urlsafe(), secrets.token_urlsafe(), secrets.token_urlsafe(), then)

    @classmethod
    def come_back(cls, cookie: str, state: str) -> "Attempt":
        """The attempt in the cookie, if this state comes of it; `Unauthorised` if another browser began, or none."""
        try:
            attempt = cls(*cookie.split("."))
        except TypeError as error:
            raise Unauthorised(NOT_COMPLETED) from error
        if not secrets.compare_digest(attempt.state.encode(), state.encode()):
            raise Unauthorised(NOT_COMPLETED)
        return attempt

    def cookie(self) -> str:
        return ".".join(astuple(self))


@dataclass(frozen=True)
class SignIn:
    """The provider as the pages of one service use it; `redirect_uri` is known to it exactly so."""

    keys: IssuerKeys
    client_id: str
    client_secret: SecretStr | None
    redirect_uri: str
    home: str
    """Where people are sent once they have signed out at the provider."""
    discovery_url: str | None = None

    async def way_in(self, attempt: Attempt) -> str:
        """The address at the provider where the person signs in."""
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(await self._endpoint("authorization_endpoint"), asked)

    async def way_out(self) -> str | None:
        """Where the person signs out at the provider too (RP-Initiated Logout), if it is there and has such a place."""
        told = {"client_id": self.client_id, "post_logout_redirect_uri": self.home}
        try:
            return _with_query(await self._endpoint("end_session_endpoint"), told)
        except Unavailable:
            return None

    async def token(self, attempt: Attempt, code: str) -> str:
        """The access token for a code; `Unauthorised` if provider or id token say no to this attempt."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        granted = await self._ask(form | {"code_verifier": attempt.verifier})
        try:
            await self._check(granted["id_token"], attempt.nonce)
            return str(granted["access_token"])
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("sign_in_refused", error=type(error).__name__)
            raise Unauthorised(NOT_COMPLETED) from error

    async def _check(self, id_token: str, nonce: str) -> None:
        """OpenID Connect Core, 3.1.3.7."""
        keys = await self.keys.holding(extract_compact(id_token.encode()).headers()["kid"])
        expected: dict[str, Any] = {
            "iss": {"essential": True, "value": self.keys.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
            "exp": {"essential": True},
            "azp": {"value": self.client_id},
        }
        claims = jwt.decode(id_token, keys, registry=REGISTRY).claims
        now = int(clock.now().timestamp())
        jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY_SECONDS, **expected).validate(claims)

    async def _ask(self, form: dict[str, str]) -> Any:
        """The token endpoint's answer."""
        url = await self._endpoint("token_endpoint")
        proof: dict[str, Any] = {"data": form | {"client_id": self.client_id}}
        if self.client_secret:
            proof = {"data": form, "auth": (quote(self.client_id), quote(self.client_secret.get_secret_value()))}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                answer = await client.post(url, **proof)
            if answer.is_client_error:
                log.warning("sign_in_refused", status=answer.status_code)
                raise Unauthorised(NOT_COMPLETED)
            return answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(error) from error

    async def _endpoint(self, name: str) -> str:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                return str((await discover(client, self.keys.issuer, self.discovery_url))[name])
        except (httpx2.HTTPError, ValueError, TypeError, KeyError) as error:
            raise _unavailable(error) from error


def sign_in_of(service: str, platform: PlatformSettings, keys: IssuerKeys) -> SignIn | None:
    """How people sign in to a service's pages, which an ingress has under the service's name."""
    if platform.pages_client_id is None:
        return None
    home = platform.home_of(service)
    discovery_url = str(platform.discovery_url) if platform.discovery_url else None
    secret = platform.pages_client_secret
    return SignIn(keys, platform.pages_client_id, secret, f"{home}{CALLBACK}", f"{home}pages/", discovery_url)


def _with_query(url: str, parameters: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _unavailable(error: Exception) -> Unavailable:
    log.warning("provider_not_reached", error=repr(error))
    return Unavailable(RETRY_AFTER_SECONDS)
