"""Transactions of the system: the driver's own, on a connection that stays at hand."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import inbox
from shared.db import SYSTEM, Database

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PID = sa.text("SELECT pg_backend_pid()")
Use = Callable[[Database], AbstractAsyncContextManager[AsyncConnection]]
END_ITSELF = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")


async def pid(tx: AsyncConnection) -> int:
    return int((await tx.execute(PID)).scalar_one())


async def is_new(database: Database, event_id: UUID) -> bool:
    """Whether nobody has taken the event; takes it."""
    async with database.transaction(SYSTEM) as tx:
        return bool(await inbox.take(tx, [event_id]))


async def test_what_the_driver_alone_executed_is_committed(database: Database):
    event_id = uuid4()
    async with database.transaction(SYSTEM) as tx:
        await inbox.take(tx, [event_id])
    assert not await is_new(database, event_id)


async def test_after_an_error_nothing_stays_whoever_executed_it(database: Database):
    event_id = uuid4()
    with suppress(ZeroDivisionError):
        async with database.transaction(SYSTEM) as tx:
            await tx.execute(PID)
            await inbox.take(tx, [event_id])
            raise ZeroDivisionError
    assert await is_new(database, event_id)


async def test_what_is_cancelled_is_rolled_back(database: Database):
    event_id, taken = uuid4(), asyncio.Event()

    async def take_and_stay() -> None:
        async with database.transaction(SYSTEM) as tx:
            await inbox.take(tx, [event_id])
            taken.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(take_and_stay())
    await taken.wait()
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    assert await is_new(database, event_id)


@pytest.mark.parametrize(
    "use",
    [
        partial(Database.transaction, institution=SYSTEM),
        partial(Database.transaction, institution=str(uuid4())),
        partial(Database.one_moment, institution=str(uuid4())),
        Database.single_statements,
    ],
    ids=["of the system", "of an institution", "one moment", "single statements"],
)
async def test_whoever_is_cancelled_at_whatever_step_leaves_no_connection_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch, use: Use
):
    monkeypatch.setattr("psycopg.waiting.MAX_BUSY_TIME", 0)  # the driver lets others run before each of its answers

    async def look() -> None:
        async with use(database) as one, use(database) as other:  # of which one at most is at hand
            assert await pid(one) != await pid(other)

    finished, steps = False, 0
    while not finished:
        await look()  # so that the pool has connections: the server would not keep up with making hundreds at a time
        looking = asyncio.create_task(look())
        for _ in range(steps):
            await asyncio.sleep(0)  # one step of the loop, no time
        finished, steps = looking.done(), steps + 1
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    looking.result()  # in the end it came through, and nothing was wrong
    gc.collect()  # which says, as an error, what it finds


async def test_one_after_the_other_have_the_same_connection_and_simultaneous_ones_have_not(database: Database):
    async with database.transaction(SYSTEM) as tx:
        first = await pid(tx)
    async with database.transaction(SYSTEM) as one, database.transaction(SYSTEM) as other:
        assert await pid(one) == first
        assert await pid(other) != first


async def test_a_connection_that_was_lost_is_not_lent_again(database: Database):
    with suppress(psycopg.OperationalError, sa.exc.OperationalError):
        async with database.transaction(SYSTEM) as tx:
            await tx.execute(END_ITSELF)
    assert await is_new(database, uuid4())


async def test_a_single_statement_stays_whatever_comes_after_it(database: Database):
    event_id = uuid4()
    with suppress(ZeroDivisionError):
        async with database.single_statements() as connection:
            await inbox.take(connection, [event_id])
            raise ZeroDivisionError
    assert not await is_new(database, event_id)


async def test_what_is_read_in_one_moment_belongs_together_and_nothing_is_written(database: Database):
    count = sa.text("SELECT count(*) FROM inbox")
    async with database.one_moment(SYSTEM) as reading:
        before = await reading.scalar(count)
        assert await is_new(database, uuid4())
        assert await reading.scalar(count) == before
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await inbox.take(reading, [uuid4()])
