"""A loop that does nothing but post: `python -m tests.bench.bare_posts URL FILE TIMES CLIENT`.

The bodies are the lines of the file, each posted so many times, signed before the loop begins, with as much at once as
Acquis does for so many subscriptions; by its own client (`aiohttp`), or by `httpx2`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import uvloop

from services.notifications.delivery import signing
from services.notifications.delivery.deliverer import AT_ONCE, AT_ONCE_EACH
from services.notifications.delivery.post import Poster
from services.notifications.store.vault import Vault, new_secret
from shared import clock, ids
from tests.support.notifications import TRACEPARENT, SettingsWithKey

Post = Callable[[list[tuple[str, str]], bytes], Awaitable[object]]


@asynccontextmanager
async def own_client(url: str) -> AsyncIterator[Post]:
    poster = Poster(frozenset({urlsplit(url).netloc}))
    yield lambda headers, body: poster.post(url, headers, body)
    await poster.close()


@asynccontextmanager
async def httpx2_client(url: str) -> AsyncIterator[Post]:
    async with httpx2.AsyncClient(limits=httpx2.Limits(max_connections=AT_ONCE)) as client:
        yield lambda headers, body: client.post(url, headers=headers, content=body)


CLIENTS = {"aiohttp": own_client, "httpx2": httpx2_client}


async def post(url: str, bodies: Sequence[bytes], times: int, client: str) -> None:
    vault, secret = Vault(SettingsWithKey.model_fields["secret_key"].default.get_secret_value()), new_secret()
    posts = [_signed(body, secret, vault) for body in bodies for _ in range(times)]
    left = iter(posts)

    async def one_after_the_other(send: Post) -> None:
        for headers, body in left:
            await send(headers, body)

    async with CLIENTS[client](url) as send:
        await asyncio.gather(*(one_after_the_other(send) for _ in range(min(AT_ONCE, times * AT_ONCE_EACH))))


def _signed(body: bytes, secret: bytes, vault: Vault) -> tuple[list[tuple[str, str]], bytes]:
    sent, at = ids.new_id(), clock.now()
    signature = signing.signature(sent, at, body, [secret], vault.signing_keys)
    return [*signing.headers(sent, at, TRACEPARENT), ("webhook-signature", signature)], body


if __name__ == "__main__":
    uvloop.run(post(sys.argv[1], Path(sys.argv[2]).read_bytes().splitlines(), int(sys.argv[3]), sys.argv[4]))
