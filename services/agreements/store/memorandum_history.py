from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.memoranda import Entry, Taken
from services.agreements.store.memoranda import load_memorandum
from services.agreements.tables import MEMORANDUM_HISTORY
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice

ENTRY = TypeAdapter(Entry)


async def add_history(tx: AsyncConnection, taken: Taken) -> None:
    line = vars(taken.entry) | {"before": to_jsonable_python(taken.entry.before)}
    keys = {"memorandum_id": taken.memorandum.id, "version": taken.memorandum.version}
    await tx.execute(sa.insert(MEMORANDUM_HISTORY).values(line | keys))


async def list_history(
    tx: AsyncConnection, memorandum_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[tuple[int, Entry]]:
    """Each transition with the version that it led to, oldest first; `NotFound` if it is not the caller's to see."""
    await load_memorandum(tx, memorandum_id, principal)
    history = MEMORANDUM_HISTORY.c
    select = sa.select(MEMORANDUM_HISTORY).where(history.memorandum_id == memorandum_id)
    return (await paging.fetch(tx, select, wanted, history.version)).map(_line)


def _line(row: sa.Row[Any]) -> tuple[int, Entry]:
    return row.version, ENTRY.validate_python(row._asdict())
