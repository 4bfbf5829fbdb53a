"""Two transactions that meet: the one goes on only when the other one waits for it."""

import asyncio

import sqlalchemy as sa

from shared.db import SYSTEM, Database

WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def until_somebody_waits_for_a_lock(database: Database) -> None:
    async with asyncio.timeout(10), database.transaction(SYSTEM) as tx:
        while not await tx.scalar(WAITING):
            await tx.execute(sa.text("SELECT pg_stat_clear_snapshot()"))
