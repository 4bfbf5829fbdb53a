import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx2
import pytest
import sqlalchemy as sa

from services.notifications import handlers, store
from services.notifications.store import FeedCursor
from shared.auth import Principal
from shared.db import SYSTEM
from shared.service import Running
from tests.support.notifications import hear, let_settle, review, somebody, written_down
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def api(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, tuple(who.roles), tuple(who.countries))


def ids(answer: httpx2.Response) -> list[UUID]:
    assert answer.status_code == 200, answer.text
    return [UUID(item["id"]) for item in answer.json()["items"]]


async def test_the_feed_gives_the_very_bytes_that_were_published(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    first, second = await hear(running, review(home.org), review(home.org))
    await let_settle(running)
    answer = await api(http, home).get("/v1/events")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content.startswith(b'{"items":[' + first.body + b"," + second.body + b'],"next":"')
    assert json.loads(answer.content)["items"][0]["type"] == "acquis.review.required.v1"


async def test_whoever_follows_next_gets_everything_once_and_in_order(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    seen: list[UUID] = []
    after: dict[str, str] = {}
    events = await hear(running, *(review(home.org if number % 2 else None) for number in range(9)))
    await let_settle(running)
    while found := ids(answer := await api(http, home).get("/v1/events", limit=3, **after)):
        seen += found
        after = {"after": answer.json()["next"]}
    assert seen == [event.id for number, event in enumerate(events) if number % 2]
    [later] = await hear(running, review(home.org))
    await let_settle(running)
    assert ids(await api(http, home).get("/v1/events", after=answer.json()["next"])) == [later.id]


async def test_a_reader_never_skips_what_is_committed_late(running: Running):
    home = somebody()
    early, late = written_down(review(home.org), review(home.org))
    seen: list[bytes] = []
    cursor = FeedCursor()

    async def read_on() -> None:
        nonlocal cursor
        async with running.database.transaction(str(home.org)) as tx:
            page = await store.read_feed(tx, home, cursor, 10)
        seen.extend(page.bodies)
        cursor = page.next

    async with AsyncExitStack() as slow:
        first = await slow.enter_async_context(running.database.transaction(SYSTEM))
        await handlers.take_in(first, [early])
        async with running.database.transaction(SYSTEM) as second:
            await handlers.take_in(second, [late])
        await read_on()
        assert seen == []
    await let_settle(running)
    await read_on()
    assert seen == [early.body, late.body]


async def test_what_was_begun_later_and_committed_first_comes_later(running: Running):
    home = somebody()
    early, late = written_down(review(home.org), review(home.org))
    async with running.database.transaction(SYSTEM) as first:
        await handlers.take_in(first, [early])
        async with running.database.transaction(SYSTEM) as second:
            await handlers.take_in(second, [late])
    await let_settle(running)
    async with running.database.transaction(str(home.org)) as tx:
        one = await store.read_feed(tx, home, FeedCursor(), 1)
        other = await store.read_feed(tx, home, one.next, 1)
    assert [*one.bodies, *other.bodies] == [early.body, late.body]


async def test_a_cursor_never_goes_back(running: Running):
    home, far = somebody(), FeedCursor(2**62, 5)
    async with running.database.transaction(str(home.org)) as tx:
        assert (await store.read_feed(tx, home, far, 10)).next == far


async def test_all_who_wait_are_told_as_soon_as_there_is_something(
    running: Running, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.feed_poll.LOOK_AGAIN_SECONDS", 60)
    home = somebody()
    waiting = [asyncio.create_task(api(http, home).get("/v1/events", wait=30)) for _ in range(2)]
    async with asyncio.timeout(25):
        await _until_somebody_listens(running)
        [event] = await hear(running, review(home.org))
        await let_settle(running)
        async with running.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text("NOTIFY feed"))
        assert [ids(await one) for one in waiting] == [[event.id]] * 2


async def test_whoever_waits_sees_also_what_was_held_back_by_another_transaction(
    running: Running, http: httpx2.AsyncClient
):
    home = somebody()
    async with running.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text("SELECT pg_current_xact_id()"))
        [event] = await hear(running, review(home.org))
        waiting = asyncio.create_task(api(http, home).get("/v1/events", wait=30))
        await _until_somebody_listens(running)
    assert ids(await waiting) == [event.id]


async def test_a_waiting_reader_holds_no_transaction(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    waiting = asyncio.create_task(api(http, home).get("/v1/events", wait=30))
    await _until_somebody_listens(running)
    pool = running.database.engine.pool
    async with asyncio.timeout(10):
        while pool.checkedout():  # type: ignore[attr-defined]  # noqa: ASYNC110 - a pool that counts, but tells nobody
            await asyncio.sleep(0)
    await hear(running, review(home.org))
    await waiting


async def test_a_reader_who_waits_in_vain_gets_an_empty_page(http: httpx2.AsyncClient):
    answer = await api(http, somebody()).get("/v1/events", wait=1)
    assert ids(answer) == []
    assert answer.json()["next"]


@pytest.mark.parametrize(
    "params",
    [{"after": "nonsense"}, {"after": "WzEsICJ4Il0"}, {"limit": 0}, {"limit": 201}, {"wait": 31}, {"wait": -1}],
)
async def test_a_request_that_makes_no_sense_is_refused(http: httpx2.AsyncClient, params: dict[str, Any]):
    assert (await api(http, somebody()).get("/v1/events", **params)).status_code == 422


async def test_a_cursor_beyond_all_numbers_is_refused(http: httpx2.AsyncClient):
    after = "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCwgMV0"  # [10^23, 1]
    assert (await api(http, somebody()).get("/v1/events", after=after)).status_code == 422


async def test_every_type_of_event_is_listed(running: Running, http: httpx2.AsyncClient):
    answer = await api(http, somebody()).get("/v1/event-types")
    assert {item["type"] for item in answer.json()["items"]} == set(running.service.subscriptions)


async def _until_somebody_listens(running: Running) -> None:
    async with asyncio.timeout(10):
        while not await _listeners(running):  # noqa: ASYNC110 - PostgreSQL does not tell who listens
            await asyncio.sleep(0.01)


async def _listeners(running: Running) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN \"feed\"'"
    async with running.database.transaction(SYSTEM) as tx:
        return int((await tx.execute(sa.text(query))).scalar_one())
