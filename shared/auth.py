"""Who calls: OIDC access tokens become a `Principal`, or a 401 (architecture.md, HTTP).

Only signatures that the issuer's published keys prove count: RS256, ES256 and EdDSA, never `none` or a shared secret.
"""

import copy
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry, extract_compact

from shared import clock
from shared.jwks import IssuerKeys
from shared.problems import Forbidden, Problem, Unauthorised

Role = Literal[
    "coordinator",
    "signatory",
    "assessor",
    "examiner",
    "recogniser",
    "appeals_officer",
    "competent_body",
    "label_body",
    "learner",
    "operator",
]
ROLES: frozenset[Role] = frozenset(get_args(Role))
ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 30


@dataclass(frozen=True)
class Principal:
    """Who calls: `org` is the id of the institution, `countries` those of a competent body."""

    sub: str
    org: UUID | None = None
    roles: frozenset[Role] = frozenset()
    countries: frozenset[str] = frozenset()
    learner_id: UUID | None = None


class Authenticator:
    """Turns access tokens of one issuer, meant for one audience, into principals."""

    def __init__(self, keys: IssuerKeys, audience: str) -> None:
        self.keys = keys
        self._audience = audience

    async def principal(self, token: str) -> Principal:
        """Who the token speaks for; `Unauthorised` unless all checks hold, `Unavailable` without the issuer's keys."""
        try:
            header = extract_compact(token.encode()).headers()
            keys = await self.keys.holding(header["kid"])
            verified = jwt.decode(token, keys, registry=REGISTRY)
            _check_type(verified)
            self._claims_registry().validate(verified.claims)
            return _principal(verified.claims)
        except InvalidKeyIdError as error:
            raise _refused("The access token is signed with a key that the issuer does not publish.") from error
        except JoseError as error:
            raise _refused(f"The access token is refused: {error.description or error.error}.") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _refused("This is not an access token of ours.") from error

    def _claims_registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.keys.issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )


def _registry() -> JWSRegistry:
    """Our algorithms alone; and unknown header parameters are ignored, as RFC 7515 wants it."""
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    # Providers still write EdDSA where RFC 9864 would now write Ed25519; that is no reason to warn at every request.
    eddsa = copy.copy(JWSRegistry.algorithms["EdDSA"])
    eddsa.security_warning = None
    registry.algorithms = {**JWSRegistry.algorithms, "EdDSA": eddsa}
    return registry


REGISTRY = _registry()


def _check_type(token: jwt.Token) -> None:
    """An id token or a refresh token of the same issuer is no access token (RFC 9068; Keycloak's `typ` claim)."""
    header, claim = token.header.get("typ", "JWT"), token.claims.get("typ", "Bearer")
    if header.lower() not in {"jwt", "at+jwt", "application/at+jwt"} or claim != "Bearer":
        raise ValueError("not an access token")


def _principal(claims: dict[str, Any]) -> Principal:
    return Principal(
        sub=claims["sub"],
        org=UUID(claims["org"]) if claims.get("org") else None,
        roles=ROLES & _texts(claims.get("roles", [])),
        countries=_countries(claims.get("countries", [])),
        learner_id=UUID(claims["learner_id"]) if claims.get("learner_id") else None,
    )


def _texts(claim: Any) -> frozenset[Any]:
    if not isinstance(claim, list) or not all(isinstance(text, str) for text in claim):
        raise TypeError("the claim has to be a list of texts")
    return frozenset(claim)


def _countries(claim: Any) -> frozenset[str]:
    # They end up in what row-level security compares with, where "*" would mean everybody.
    if not all(re.fullmatch("[A-Z]{2}", country) for country in _texts(claim)):
        raise ValueError("countries are ISO 3166-1 alpha-2 codes")
    return _texts(claim)


def _refused(detail: str) -> Unauthorised:
    return Unauthorised(detail, error="invalid_token")


BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", scheme_name="accessToken", description="OIDC access token of the platform"
)


async def _authorised(request: Request, allowed: SecurityScopes, _: Annotated[Any, Security(BEARER)]) -> Principal:
    """The caller whom `shared.door` found; with roles listed, one that has at least one of them."""
    caller: Principal | Problem = request.state.caller
    if isinstance(caller, Problem):
        raise caller
    if allowed.scopes and caller.roles.isdisjoint(allowed.scopes):
        raise Forbidden(f"This takes one of these roles: {', '.join(allowed.scopes)}.")
    return caller


Caller = Annotated[Principal, Security(_authorised)]
"""Anyone with a valid access token, whatever the roles."""


def allow(*roles: Role) -> Any:
    """The dependency that lets in only callers with one of the roles; OpenAPI lists them too.

    `caller: Annotated[Principal, allow("examiner", "assessor")]`
    """
    if not roles or not ROLES.issuperset(roles):
        raise ValueError(f"not roles: {roles}")
    return Security(_authorised, scopes=roles)
