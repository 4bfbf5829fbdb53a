"""What time does to a memorandum; `handlers.due` calls it once it is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.handlers.memoranda.keeping import keep, reference


async def begin_memorandum(tx: AsyncConnection, memorandum_id: UUID, due_at: datetime) -> None:
    memorandum, _ = await _locked(tx, memorandum_id)
    await keep(tx, memorandum, memoranda.begin(memorandum, due_at))


async def expire_memorandum(tx: AsyncConnection, memorandum_id: UUID, due_at: datetime) -> None:
    memorandum, institutions = await _locked(tx, memorandum_id)
    await keep(tx, memorandum, memoranda.expire(memorandum, institutions, due_at))


async def terminate_memorandum(tx: AsyncConnection, memorandum_id: UUID, due_at: datetime) -> None:
    memorandum, institutions = await _locked(tx, memorandum_id)
    await keep(tx, memorandum, memoranda.terminate(memorandum, institutions, due_at))


async def _locked(tx: AsyncConnection, memorandum_id: UUID) -> tuple[Memorandum, Institutions]:
    memorandum = await store.load_memorandum(tx, memorandum_id, None, for_update=True)
    return memorandum, (await reference(tx, party_ids=memorandum.party_ids)).institutions
