"""What time has to do, and when: rows that a worker takes, so that nothing is forgotten while it is down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.tables import DUE_TRANSITIONS, LEARNING_AGREEMENTS, MEMORANDA

AGGREGATES = {"memorandum": MEMORANDA, "learning_agreement": LEARNING_AGREEMENTS}
KEY = (DUE_TRANSITIONS.c.due_at, DUE_TRANSITIONS.c.aggregate_id, DUE_TRANSITIONS.c.command)


@dataclass(frozen=True)
class Due:
    """A transition that time takes; a due day is due at 00:00 UTC of the first day on which it holds."""

    aggregate: str
    aggregate_id: UUID
    command: str
    due_at: datetime


async def schedule(tx: AsyncConnection, aggregate: str, aggregate_id: UUID, command: str, due_at: datetime) -> None:
    """One row for each aggregate and command: what was scheduled before is replaced."""
    insert = pg.insert(DUE_TRANSITIONS).values(
        aggregate=aggregate, aggregate_id=aggregate_id, command=command, due_at=due_at
    )
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=["aggregate_id", "command"], set_={"due_at": insert.excluded.due_at}
        )
    )


async def unschedule(tx: AsyncConnection, aggregate_id: UUID, *commands: str) -> None:
    due = DUE_TRANSITIONS.c
    await tx.execute(sa.delete(DUE_TRANSITIONS).where(due.aggregate_id == aggregate_id, due.command.in_(commands)))


async def next_due(tx: AsyncConnection, before: datetime, at_most: int, *, after: Due | None = None) -> Sequence[Due]:
    """What is due by then, the longest due first, without locking it; `after` one of them, to go on from there."""
    select = sa.select(DUE_TRANSITIONS).where(DUE_TRANSITIONS.c.due_at <= before)
    if after:
        select = select.where(sa.tuple_(*KEY) > sa.tuple_(after.due_at, after.aggregate_id, after.command))
    return [Due(**row._asdict()) for row in await tx.execute(select.order_by(*KEY).limit(at_most))]


async def lock_aggregate(tx: AsyncConnection, due: Due) -> None:
    """Before the due row is touched, in the order of every other transition, so that nobody waits in a circle."""
    table = AGGREGATES[due.aggregate]
    await tx.execute(sa.select(table.c.id).where(table.c.id == due.aggregate_id).with_for_update())


async def claim_due(tx: AsyncConnection, due: Due, now: datetime) -> Due | None:
    """It, taken off the table with the time that it has by now; None if somebody was faster or it was put off."""
    columns = DUE_TRANSITIONS.c
    this = sa.and_(columns.aggregate_id == due.aggregate_id, columns.command == due.command, columns.due_at <= now)
    row = (await tx.execute(sa.delete(DUE_TRANSITIONS).where(this).returning(DUE_TRANSITIONS))).one_or_none()
    return Due(**row._asdict()) if row else None
