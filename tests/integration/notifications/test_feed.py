import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import sqlalchemy as sa

from services.notifications import handlers
from services.notifications.api.feed_poll import LOOKS, FeedPoll
from services.notifications.tables import FEED
from shared.auth import Principal
from shared.db import SYSTEM
from shared.envelope import Event
from shared.service import Running
from tests.support.notifications import deliveries_of, grant, hear, review, somebody, subscribe, written_down
from tests.support.running import ApiCaller
from tests.support.statements import statements

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def api(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, tuple(who.roles), tuple(who.countries))


def ids(answer: httpx2.Response) -> list[UUID]:
    assert answer.status_code == 200, answer.text
    return [UUID(item["id"]) for item in answer.json()["items"]]


async def test_the_feed_gives_the_very_bytes_that_were_published(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    first, second = await hear(running, review(home.org), review(home.org))
    answer = await api(http, home).get("/v1/events")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content.startswith(b'{"items":[' + first.body + b"," + second.body + b'],"next":')
    assert json.loads(answer.content)["items"][0]["type"] == "acquis.review.required.v1"


async def test_whoever_follows_next_gets_everything_once_and_in_order(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    seen: list[UUID] = []
    after: dict[str, int] = {}
    events = await hear(running, *(review(home.org if number % 2 else None) for number in range(9)))
    while found := ids(answer := await api(http, home).get("/v1/events", limit=3, **after)):
        seen += found
        after = {"after": answer.json()["next"]}
    assert seen == [event.id for number, event in enumerate(events) if number % 2]
    [later] = await hear(running, review(home.org))
    assert ids(await api(http, home).get("/v1/events", after=answer.json()["next"])) == [later.id]


async def test_a_reader_never_skips_what_is_committed_late(running: Running):
    home, reading = somebody(), FeedPoll(running.database, asyncio.Event())
    early, late = written_down(review(home.org), review(home.org))
    seen: list[bytes] = []
    position = 0

    async def read_on() -> None:
        nonlocal position
        page = await reading.read(home, position, 10, wait=0)
        seen.extend(page.bodies)
        position = page.next

    async def take_in(event: Event[Any]) -> None:
        async with running.database.transaction(SYSTEM) as tx:
            await handlers.take_in(tx, [event])

    async with running.database.transaction(SYSTEM) as slow:
        await handlers.take_in(slow, [early])
        overtaking = asyncio.create_task(take_in(late))
        async with asyncio.timeout(10):
            while not (overtaking.done() or await _waiting_for_their_turn(running)):  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.01)
        await read_on()
    await overtaking
    await read_on()
    assert seen == [early.body, late.body]


async def test_a_reader_beside_many_writers_gets_everything_once(running: Running):
    home, reading = somebody(), FeedPoll(running.database, asyncio.Event())
    seen: list[bytes] = []
    position = 0

    async def read_on() -> None:
        nonlocal position
        page = await reading.read(home, position, 5, wait=0)
        seen.extend(page.bodies)
        position = page.next

    writing = asyncio.gather(*(hear(running, *(review(home.org) for _ in range(3))) for _ in range(12)))
    while not writing.done():
        await read_on()
    written = [event.body for batch in await writing for event in batch]
    for _ in written:
        await read_on()
    assert sorted(seen) == sorted(written)


async def test_what_else_goes_on_in_the_cluster_holds_nothing_back(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    async with running.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text("SELECT pg_current_xact_id()"))
        [event] = await hear(running, review(home.org))
        assert ids(await api(http, home).get("/v1/events")) == [event.id]


async def test_an_event_that_is_in_the_feed_already_changes_nothing(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    subscription, _ = await subscribe(running, home)
    first, second = written_down(review(home.org), review(home.org))
    for batch in ([first], [second, first, second]):
        async with running.database.transaction(SYSTEM) as tx:
            await handlers.take_in(tx, batch)
    assert ids(await api(http, home).get("/v1/events")) == [first.id, second.id]
    assert [row.event_id for row in await deliveries_of(running, subscription)] == [first.id, second.id]


async def test_a_reader_passes_over_what_is_for_others_only_once(running: Running, http: httpx2.AsyncClient):
    await hear(running, review(), review())
    async with running.database.transaction(SYSTEM) as tx:
        head = await tx.scalar(sa.select(sa.func.max(FEED.c.position)))
    answer = await api(http, somebody()).get("/v1/events")
    assert answer.json() == {"items": [], "next": head}


async def test_however_much_is_for_others_a_page_takes_few_statements_and_its_next_leads_on(
    running: Running, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.store.feed.LOOKED_AT", 4)
    school, partner = somebody(), somebody()
    wanted = uuid4()
    await grant(running, partner, by=somebody("signatory", org=school.org), qualification_ids=frozenset({wanted}))
    *_, last = await hear(
        running, *(review(school.org) for _ in range(99)), review(school.org, qualification_id=wanted)
    )
    reading = FeedPoll(running.database, asyncio.Event())
    with statements() as executed:
        page = await reading.read(partner, 0, limit=1, wait=0)
    assert (page.bodies, page.at_end) == ([], False)
    assert len(executed) < 6 * LOOKS
    seen: list[UUID] = []
    after, before = 0, -1
    while after != before:
        answer = await api(http, partner).get("/v1/events", after=after, limit=1)
        seen += ids(answer)
        after, before = answer.json()["next"], after
    assert seen == [last.id]
    assert ids(await api(http, partner).get("/v1/events", limit=1, wait=30)) == [last.id]


async def test_what_is_found_between_what_is_for_others_comes_together(
    running: Running, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.store.feed.LOOKED_AT", 3)
    home = somebody()
    events = await hear(running, *(review(home.org if number % 3 else None) for number in range(12)))
    mine = [event.id for number, event in enumerate(events) if number % 3]
    first = await api(http, home).get("/v1/events", limit=5)
    assert ids(first) == mine[:5]
    assert ids(await api(http, home).get("/v1/events", limit=5, after=first.json()["next"])) == mine[5:]


async def test_a_cursor_never_goes_back(running: Running, http: httpx2.AsyncClient):
    await hear(running, review())
    answer = await api(http, somebody()).get("/v1/events", after=2**62)
    assert answer.json() == {"items": [], "next": 2**62}


async def test_all_who_wait_are_told_as_soon_as_there_is_something(running: Running, http: httpx2.AsyncClient):
    home = somebody()
    waiting = [asyncio.create_task(api(http, home).get("/v1/events", wait=30)) for _ in range(2)]
    async with asyncio.timeout(25):
        await _until_somebody_listens(running)
        [event] = await hear(running, review(home.org))
        assert [ids(await one) for one in waiting] == [[event.id]] * 2


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
    assert answer.json() == {"items": [], "next": 0}


@pytest.mark.parametrize(
    "params",
    [
        {"after": "nonsense"},
        {"after": -1},
        {"after": 10**23},
        {"limit": 0},
        {"limit": 201},
        {"wait": 31},
        {"wait": -1},
    ],
)
async def test_a_parameter_that_makes_no_sense_is_pointed_at(http: httpx2.AsyncClient, params: dict[str, Any]):
    answer = await api(http, somebody()).get("/v1/events", **params)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == params.keys()


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


async def _waiting_for_their_turn(running: Running) -> int:
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    async with running.database.transaction(SYSTEM) as tx:
        return int((await tx.execute(sa.text(query))).scalar_one())
