"""What was sent to the database, whoever sent it: SQLAlchemy or the driver alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

import psycopg

NOTED: ContextVar[list[str] | None] = ContextVar("NOTED", default=None)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements executed meanwhile by the caller, one for each row where one is executed for many.

    What other tasks execute at the same time, such as relays, is not among them.
    """
    sent: list[str] = []
    token = NOTED.set(sent)
    execute, execute_many = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany

    async def note(cursor: Any, query: Any, *others: Any, **named: Any) -> Any:
        if (noted := NOTED.get()) is not None:
            noted.append(query.decode() if isinstance(query, bytes) else str(query))
        return await execute(cursor, query, *others, **named)

    async def note_many(cursor: Any, query: Any, rows: Any, **named: Any) -> None:
        rows = list(rows)
        if (noted := NOTED.get()) is not None:
            noted.extend([str(query)] * len(rows))
        await execute_many(cursor, query, rows, **named)

    with (
        patch.object(psycopg.AsyncCursor, "execute", note),
        patch.object(psycopg.AsyncCursor, "executemany", note_many),
    ):
        try:
            yield sent
        finally:
            NOTED.reset(token)
