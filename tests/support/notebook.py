"""The smallest consumer there can be: it notes what it hears, and may be told to fail."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import SYSTEM, Database
from shared.envelope import Event

NOTE = sa.text("INSERT INTO notes (key, number) VALUES (:key, :number)")
NOTED = sa.text("SELECT number FROM notes WHERE key = :key ORDER BY 1")
PATIENCE_SECONDS = 30


class Notebook:
    """Cannot bear the number `poison`; runs the statement `interruption` once, after its first notes."""

    def __init__(self, *, poison: int | None = None, interruption: sa.TextClause | None = None) -> None:
        self.poison, self.interruption = poison, interruption
        self.batches: list[int] = []

    async def note(self, tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
        self.batches.append(len(events))
        await tx.execute(NOTE, [{"key": e.data.comparability_id, "number": e.data.version} for e in events])
        if any(e.data.version == self.poison for e in events):
            raise ValueError(f"cannot bear {self.poison}")
        if self.interruption is not None:
            interruption, self.interruption = self.interruption, None
            await tx.execute(interruption)


async def noted(database: Database, key: UUID) -> list[int]:
    async with database.transaction(SYSTEM) as tx:
        return list((await tx.execute(NOTED, {"key": key})).scalars())


async def until_noted(database: Database, key: UUID, expected: list[int]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await noted(database, key) != expected:  # noqa: ASYNC110 - the database tells us of no event
            await asyncio.sleep(0.02)
