"""The issuer's public keys: found by OIDC discovery, cached, fetched again when a token names a key not yet known."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared import clock
from shared.oidc import TIMEOUT_SECONDS, discover, get_json
from shared.problems import Unavailable

AT_MOST_EVERY = timedelta(seconds=10)
"""Tokens with made-up key ids must not become a hammer on the provider."""
KEPT_FOR = timedelta(hours=1)
"""A key that the issuer withdrew must not be trusted for ever."""
NEVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)


class IssuerKeys:
    """The keys of one issuer. `transport` replaces the network where the issuer runs in the same process."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        discovery_url: str | None = None,
    ) -> None:
        self.issuer = issuer
        self._jwks_url, self._discovery_url = jwks_url, discovery_url
        self._transport = transport
        self._keys: KeySet | None = None
        self._asked_at = self._fetched_at = NEVER
        self._fetching = asyncio.Lock()

    async def holding(self, kid: str) -> KeySet:
        """The keys, fetched again (once) if `kid` is not among them; `Unavailable` if there are none to be had."""
        if self._outdated(kid):
            async with self._fetching:
                # Whoever waited for the lock finds the work done.
                if self._outdated(kid) and _age(self._asked_at) > AT_MOST_EVERY:
                    await self._fetch()
        if self._keys is None:
            raise Unavailable(retry_after=int(AT_MOST_EVERY.total_seconds()))
        return self._keys

    def _outdated(self, kid: str) -> bool:
        known = self._keys is not None and any(key.kid == kid for key in self._keys)
        return not known or _age(self._fetched_at) > KEPT_FOR

    async def _fetch(self) -> None:
        """Ask the issuer; on failure go on with the keys we have."""
        self._asked_at = clock.now()
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, transport=self._transport) as client:
                url = self._jwks_url or str((await discover(client, self.issuer, self._discovery_url))["jwks_uri"])
                self._keys = KeySet.import_key_set(await get_json(client, url))
            self._fetched_at = self._asked_at
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("issuer_keys_not_fetched", issuer=self.issuer, error=repr(error))


def _age(at: datetime) -> timedelta:
    # Absolute, so that a clock set back does not stop refreshing until it has caught up.
    return abs(clock.now() - at)
