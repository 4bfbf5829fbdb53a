"""One POST to an endpoint that may do anything: answer, refuse, stall or never stop talking."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import (
    ClientConnectorError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    SocketFactoryType,
    TCPConnector,
)
from yarl import URL

from services.notifications.delivery.network import public_socket
from services.notifications.domain.answers import Answer
from shared import clock

PATIENCE_SECONDS = 15
READING_SECONDS = 2
"""The status has come by then, and nothing in the body changes what it means."""
MOST_RESPONSE_BYTES = 16 * 1024
SHOWN_CHARACTERS = 1_000
"""Of an answer, to whoever looks for why."""
KEPT_SECONDS = 5.0
"""Not longer, for nothing else limits how many idle connections there are."""


class Poster:
    """Keeps connections open between posts. Redirects, cookies, compression and proxies are for browsers."""

    def __init__(self, allowed_targets: frozenset[str]) -> None:
        self._allowed = allowed_targets
        self._sessions: dict[SocketFactoryType | None, ClientSession] = {}
        """By who makes their sockets: those that `allowed_targets` exempts share no connection with the others."""

    async def post(self, url: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        try:
            target = URL(url, encoded=True)
            async with asyncio.timeout(PATIENCE_SECONDS):
                response = await self._session(target).post(target, headers=headers, data=body, allow_redirects=False)
            async with response:
                text = await _skim(response)
                retry_after = _retry_after(response.headers, clock.now())
                return Answer(status=response.status, retry_after=retry_after, text=text)
        except ClientConnectorError as error:
            return Answer(error=type(error.__cause__).__name__)  # it only says where; its cause says why
        except Exception as error:  # noqa: BLE001 - whatever a stranger's server provokes concerns this attempt only
            return Answer(error=type(error).__name__)

    async def close(self) -> None:
        while self._sessions:
            _, session = self._sessions.popitem()
            await session.close()

    def _session(self, target: URL) -> ClientSession:
        sockets = None if f"{target.host}:{target.port}" in self._allowed else public_socket
        if sockets not in self._sessions:
            self._sessions[sockets] = _session(sockets)
        return self._sessions[sockets]


def _session(sockets: SocketFactoryType | None) -> ClientSession:
    """No limits of time and number here: `PATIENCE_SECONDS` and who posts have stricter ones."""
    return ClientSession(
        connector=TCPConnector(socket_factory=sockets, limit=0, keepalive_timeout=KEPT_SECONDS),
        timeout=ClientTimeout(),
        cookie_jar=DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding"),
        auto_decompress=False,
    )


async def _skim(response: ClientResponse) -> str:
    """Read the body to its end, so that the connection can be used again; unless it is too long or slow, or breaks off.

    The status has been said by then, whatever becomes of the rest.
    """
    read = bytearray()
    with suppress(Exception):
        async with asyncio.timeout(READING_SECONDS):
            async for chunk in response.content.iter_any():
                read += chunk
                if len(read) > MOST_RESPONSE_BYTES:
                    break
    return read[:MOST_RESPONSE_BYTES].decode(errors="replace").replace("\0", "")[:SHOWN_CHARACTERS]


def _retry_after(headers: Mapping[str, str], at: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); None if there is none that makes sense."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        if value.isdecimal():
            return timedelta(seconds=int(value[:9]))
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(timedelta(), (date if date.tzinfo else date.replace(tzinfo=UTC)) - at)
