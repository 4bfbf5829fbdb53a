"""The feed as server-sent events: over a real connection, for it is about answers that stay open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import httpx2
import pytest
import pytest_asyncio

from services.notifications.api import stream
from shared.auth import Principal
from shared.service import Running
from tests.support.notifications import hear, review, somebody
from tests.support.streaming import Served, bearer, served_api

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@dataclass(frozen=True)
class Pushed:
    id: int
    data: bytes


@pytest_asyncio.fixture(loop_scope="session")
async def served(running: Running) -> AsyncIterator[Served]:
    async with served_api(running) as made:
        yield made


@asynccontextmanager
async def following(served: Served, who: Principal, last: int | None = None) -> AsyncIterator[AsyncIterator[Pushed]]:
    headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
    async with served.http.stream("GET", "/v1/events", headers=bearer(who) | headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx2.Response) -> AsyncIterator[Pushed]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            yield Pushed(int(fields["id"]), fields.get("data", "").encode())
            fields = {}


async def test_what_was_there_and_what_comes_is_pushed_byte_for_byte(running: Running, served: Served):
    home = somebody()
    [there] = await hear(running, review(home.org))
    async with asyncio.timeout(10), following(served, home) as pushed:
        first = await anext(pushed)
        [later] = await hear(running, review(home.org))
        second = await anext(pushed)
    assert [first.data, second.data] == [there.body, later.body]
    assert first.id < second.id


async def test_whoever_connects_again_goes_on_where_it_stopped(running: Running, served: Served):
    home = somebody()
    events = await hear(running, *(review(home.org) for _ in range(3)))
    async with asyncio.timeout(10):
        async with following(served, home) as pushed:
            last = (await anext(pushed)).id
        async with following(served, home, last) as pushed:
            assert [(await anext(pushed)).data for _ in range(2)] == [event.body for event in events[1:]]


async def test_a_quiet_stream_shows_nothing_of_others_and_leads_past_it(
    running: Running, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    stranger = somebody()
    async with asyncio.timeout(10), following(served, stranger) as pushed:
        before = await anext(pushed)
        await hear(running, review())
        after = await anext(pushed)
        while after.id == before.id:
            after = await anext(pushed)
    assert not before.data
    assert not after.data


async def test_one_stream_too_many_is_refused_until_another_is_closed(running: Running, served: Served):
    home = somebody()
    await hear(running, review(home.org))
    async with asyncio.timeout(10), AsyncExitStack() as others:
        async with following(served, home) as first:
            await anext(first)
            kept = [await others.enter_async_context(following(served, home)) for _ in range(stream.STREAMS_EACH - 1)]
            for pushed in kept:
                await anext(pushed)
            refused = await served.http.get("/v1/events", headers=bearer(home) | {"Accept": "text/event-stream"})
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
            assert await _status(served, replace(home, sub="another")) == 200
        while await _status(served, home) != 200:  # noqa: ASYNC110 - the server tells nobody that it saw us go
            await asyncio.sleep(0.01)


async def test_a_stream_ends_cleanly_when_the_process_stops(running: Running, served: Served):
    home = somebody()
    await hear(running, review(home.org))
    async with asyncio.timeout(4), following(served, home) as pushed:
        await anext(pushed)
        waiting = asyncio.create_task(
            served.http.get("/v1/events", params={"wait": 30, "after": 2**62}, headers=bearer(home))
        )
        stopped = asyncio.create_task(served.stop())
        assert not [one async for one in pushed if one.data]
        await stopped
        assert (await waiting).status_code == 200


@pytest.mark.parametrize("wrong", ["nonsense", "-1", str(10**23)])
async def test_a_position_that_makes_no_sense_is_refused(served: Served, wrong: str):
    headers = bearer(somebody()) | {"Accept": "text/event-stream", "Last-Event-ID": wrong}
    assert (await served.http.get("/v1/events", headers=headers)).status_code == 422


async def _status(served: Served, who: Principal) -> int:
    headers = bearer(who) | {"Accept": "text/event-stream"}
    async with served.http.stream("GET", "/v1/events", headers=headers) as answer:
        return answer.status_code
