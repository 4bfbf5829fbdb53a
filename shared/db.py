"""PostgreSQL: engines, transactions that know for whom they work, and waking up on NOTIFY."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from psycopg.types.array import ListBinaryDumper
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

SYSTEM = "*"
"""The institution of consumers and workers, which act for everybody (see `shared.tenancy`)."""

SESSION = "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
SYSTEM_SESSION = f"-c acquis.institution={SYSTEM} -c enable_seqscan=off"
"""A plan made while a table was empty would scan it for ever; so an index is the only way."""
ANSWERING: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""A server that has gone without a word is given up within a minute; the system itself would wait for hours."""
ACT_FOR = sa.text("SELECT set_config('acquis.institution', :institution, true)")

# Arrays travel in binary: to escape a thousand JSON documents for a text array takes longer than to insert them.
psycopg.adapters.register_dumper(list, ListBinaryDumper)


class Database:
    """The database of one service.

    Connections of the system start with `acquis.institution = '*'`, so that the hot path needs no statement to say so;
    every other transaction is told its institution first and sees nothing otherwise.
    """

    def __init__(self, url: str, *, pool: int = 10, options: str = "") -> None:
        # Whatever driver the URL names for SQLAlchemy, listening takes psycopg's own form.
        self.url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.engine = _engine(url, f"{SESSION} {options}", pool)
        self._system = _engine(url, f"{SESSION} {SYSTEM_SESSION} {options}", max(pool, 3))  # two may be at hand
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._single = self._system.execution_options(isolation_level="AUTOCOMMIT")
        self._at_hand: dict[AsyncEngine, AsyncConnection] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def transaction(self, institution: str | None = None) -> AsyncIterator[AsyncConnection]:
        """BEGIN … COMMIT on behalf of an institution's id, of `SYSTEM`, or (None) of nobody."""
        if institution == SYSTEM:
            async with self._lent(self._system) as tx:
                yield tx
        else:
            async with self.engine.begin() as tx:
                await act_for(tx, institution)
                yield tx

    @asynccontextmanager
    async def one_moment(self, institution: str | None) -> AsyncIterator[AsyncConnection]:
        """The same, where all that is read belongs to one moment, and nothing can be written."""
        tx = await self._connect(self._reading)
        try:
            await act_for(tx, institution)
            yield tx
        finally:
            await self._to_the_end(tx.close())

    @asynccontextmanager
    async def single_statements(self) -> AsyncIterator[AsyncConnection]:
        """On behalf of `SYSTEM`, each statement a transaction of its own: one round trip instead of three."""
        async with self._lent(self._single) as connection:
            yield connection

    @asynccontextmanager
    async def _lent(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """The connection that served last, if it is free: the pool's own part takes longer than several statements.

        The driver begins a transaction with the first statement by itself.
        """
        connection = self._at_hand.pop(engine, None) or await self._connect(engine)
        try:
            yield connection
            await _commit(connection)
        except BaseException:
            await self._to_the_end(connection.close())  # which rolls back
            raise
        if self._at_hand.setdefault(engine, connection) is not connection:
            await self._to_the_end(connection.close())

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        """In a task that nobody cancels: while it sets the isolation level, SQLAlchemy would forget the connection."""
        connecting = asyncio.create_task(engine.connect().start())
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            self._to_the_end(_close_when_made(connecting))
            raise

    def _to_the_end(self, closing: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
        """Also when whoever waits for it is cancelled."""
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return asyncio.shield(task)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever somebody notifies the channel, also after a lost connection."""
        woken = asyncio.Event()
        listening = asyncio.create_task(_keep_listening(self.url, channel, woken), name=f"listen {channel}")
        try:
            yield woken
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def close(self) -> None:
        await asyncio.gather(*self._closing, return_exceptions=True)
        while self._at_hand:
            await self._at_hand.popitem()[1].close()
        await self.engine.dispose()
        await self._system.dispose()


async def act_for(tx: AsyncConnection, institution: str | None) -> None:
    """From now on, until the transaction ends; for whoever finds out only in the course of it whom to act for."""
    await tx.execute(ACT_FOR, {"institution": institution or ""})


def _engine(url: str, options: str, pool: int) -> AsyncEngine:
    return create_async_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        hide_parameters=True,  # errors are logged, and what people entered must not be
        connect_args={"options": options, **ANSWERING},
    )


async def _close_when_made(connecting: asyncio.Task[AsyncConnection]) -> None:
    with suppress(Exception):  # then there is none to close
        await (await connecting).close()


async def _keep_listening(url: str, channel: str, woken: asyncio.Event) -> None:
    """Whoever waits also polls, so a lost connection costs latency, never a fact: any database error is retried."""
    while True:
        with suppress(psycopg.Error, OSError):
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, **ANSWERING) as connection:
                await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                woken.set()
                async for _ in connection.notifies():
                    woken.set()
        await asyncio.sleep(1)


async def run(tx: AsyncConnection, statement: sa.TextClause, parameters: Mapping[str, Any]) -> list[Any]:
    """Execute a statement in the transaction by the driver alone; its rows are named tuples, its errors the driver's.

    For what every event goes through: SQLAlchemy's own part of executing takes longer than most statements do.
    """
    cursor = _driver(tx).cursor(row_factory=namedtuple_row)
    await cursor.execute(_written_down(statement, tx.dialect), parameters)
    return await cursor.fetchall() if cursor.description else []


async def _commit(tx: AsyncConnection) -> None:
    """SQLAlchemy commits what it has executed; of what went by the driver alone it knows nothing."""
    await (tx if tx.in_transaction() else _driver(tx)).commit()


def _driver(tx: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    connection: Any = tx.sync_connection
    driver: psycopg.AsyncConnection[Any] = connection.connection.driver_connection
    return driver


@cache
def _written_down(statement: sa.TextClause, dialect: sa.Dialect) -> bytes:
    return str(statement.compile(dialect=dialect)).encode()


async def wait_until_woken(woken: asyncio.Event, at_most: float) -> None:
    """Wait for a notification, but never longer than `at_most` seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), at_most)
    woken.clear()


TRANSIENT = {"08", "40", "53", "55", "57", "58", "25006"}
"""SQLSTATEs, or their classes (PostgreSQL, Appendix A): connection lost, victim of a conflict, out of resources, busy,
being shut down, trouble of the system, a stand-by that is not yet the new primary."""


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later: the database was away, overloaded, or chose a victim of a conflict."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        lost = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) and cause.sqlstate is None
        return lost or bool(TRANSIENT & {cause.sqlstate, (cause.sqlstate or "")[:2]})
    return isinstance(error, sa.exc.TimeoutError | OSError | TimeoutError)
