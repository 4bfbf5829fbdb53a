"""One POST to an endpoint that may do anything: answer, refuse, stall or never stop talking."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property

import httpcore2

from services.notifications.delivery.network import OutwardBackend
from services.notifications.domain.deliveries import Answer
from shared import clock

PATIENCE_SECONDS = 15
MOST_RESPONSE_BYTES = 64 * 1024
KEPT_CONNECTIONS = 64
KEPT_SECONDS = 5.0
"""Not longer, for the pool asks each idle connection before each post whether it is still open."""


class Poster:
    """Keeps connections open between posts.

    It uses httpcore2, the inside of httpx2, because only there can the step from name to address be replaced; nor is
    there then anything that follows redirects, heeds proxies in the environment or unpacks compressed answers.
    """

    def __init__(self, allowed_targets: frozenset[str]) -> None:
        self._allowed = allowed_targets

    @cached_property
    def _pool(self) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(
            max_connections=KEPT_CONNECTIONS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=OutwardBackend(self._allowed),
        )

    async def post(self, url: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        try:
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                self._pool.stream("POST", url, headers=headers, content=body) as response,
            ):
                await _skim(response)
                return Answer(status=response.status, retry_after=_retry_after(response.headers, clock.now()))
        except Exception as error:  # noqa: BLE001 - whatever a stranger's server provokes concerns this attempt only
            return Answer(error=type(error).__name__)

    async def close(self) -> None:
        await self._pool.aclose()


async def _skim(response: httpcore2.Response) -> None:
    """Read the body to its end, so that the connection can be used again; unless it is too long for that."""
    size = 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > MOST_RESPONSE_BYTES:
            return


def _retry_after(headers: Iterable[tuple[bytes, bytes]], at: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); None if there is none that makes sense."""
    value = next((value for name, value in headers if name.lower() == b"retry-after"), b"").decode("latin-1").strip()
    if not value:
        return None
    try:
        if value.isdecimal():
            return timedelta(seconds=int(value[:9]))
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(timedelta(), (date if date.tzinfo else date.replace(tzinfo=UTC)) - at)
