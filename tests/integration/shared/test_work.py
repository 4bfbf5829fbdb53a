import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from shared.db import SYSTEM, Database
from shared.service import Running, Service, Worker
from shared.settings import ServiceSettings
from shared.work import WorkLoop

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATIENCE_SECONDS = 20
SELDOM = timedelta(hours=1)


@asynccontextmanager
async def working(database: Database, worker: Worker) -> AsyncIterator[WorkLoop]:
    settings = ServiceSettings(database_url=SecretStr(database.url))
    running = Running(Service("notes", settings, sa.MetaData(), routers=[], workers=[worker]))
    loop = WorkLoop(running, worker)
    going = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        await running.close()


def counting(rounds: asyncio.Queue[int], todo: list[int]) -> Callable[[Running], Awaitable[int]]:
    """Does what is in `todo`, one item at a time."""

    async def run(_: Running) -> int:
        done = todo.pop() if todo else 0
        await rounds.put(done)
        return done

    return run


async def test_a_worker_goes_on_until_nothing_is_due(database: Database):
    rounds: asyncio.Queue[int] = asyncio.Queue()
    async with working(database, Worker("count", counting(rounds, [1, 1, 1]), every=SELDOM)), asyncio.timeout(20):
        assert [await rounds.get() for _ in range(4)] == [1, 1, 1, 0]


async def test_a_notification_wakes_a_worker_before_its_time(database: Database):
    rounds: asyncio.Queue[int] = asyncio.Queue()
    worker = Worker("count", counting(rounds, []), every=SELDOM, wakes_on="something_due")
    async with working(database, worker), asyncio.timeout(PATIENCE_SECONDS):
        assert [await rounds.get(), await rounds.get()] == [0, 0]  # the first, and the one when it begins to listen
        async with database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text("NOTIFY something_due"))
        assert await rounds.get() == 0


async def test_listening_works_with_a_url_that_names_a_driver(database: Database):
    named = Database(database.url.replace("postgresql://", "postgresql+psycopg://"), pool=1)
    async with named.listen("something_due") as woken, asyncio.timeout(PATIENCE_SECONDS):
        await woken.wait()
    await named.close()


async def test_a_worker_whose_database_went_away_tries_again(database: Database):
    done = asyncio.Event()
    failures = iter([True, False])

    async def lose_connection_once(running: Running) -> int:
        async with running.database.transaction(SYSTEM) as tx:
            if next(failures):
                await tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
        done.set()
        return 0

    async with working(database, Worker("lose", lose_connection_once, every=SELDOM)) as loop:
        await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)
        assert loop.is_alive()


async def test_a_worker_gives_back_what_it_kept_open(database: Database):
    rounds: asyncio.Queue[int] = asyncio.Queue()
    closed = asyncio.Event()

    async def close() -> None:
        closed.set()

    async with working(database, Worker("count", counting(rounds, []), every=SELDOM, close=close)):
        await asyncio.wait_for(rounds.get(), PATIENCE_SECONDS)
        assert not closed.is_set()
    assert closed.is_set()


async def test_a_bug_in_a_worker_ends_its_loop_instead_of_being_hidden(database: Database):
    async def run(_: Running) -> int:
        raise ZeroDivisionError

    settings = ServiceSettings(database_url=SecretStr(database.url))
    running = Running(Service("notes", settings, sa.MetaData(), routers=[]))
    with pytest.raises(ZeroDivisionError):
        await WorkLoop(running, Worker("bug", run)).run()
    await running.close()
