"""What was sent to the database, whoever sent it: SQLAlchemy or the driver alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements executed meanwhile in this process, one for each row where one is executed for many."""
    sent: list[str] = []
    execute, execute_many = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany

    async def note(cursor: Any, query: Any, *others: Any, **named: Any) -> Any:
        sent.append(query.decode() if isinstance(query, bytes) else str(query))
        return await execute(cursor, query, *others, **named)

    async def note_many(cursor: Any, query: Any, rows: Any, **named: Any) -> None:
        rows = list(rows)
        sent.extend([str(query)] * len(rows))
        await execute_many(cursor, query, rows, **named)

    with (
        patch.object(psycopg.AsyncCursor, "execute", note),
        patch.object(psycopg.AsyncCursor, "executemany", note_many),
    ):
        yield sent
