"""What recognition has written about a learner, straight from its tables."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.recognition.domain.ledger import LinkedEntry
from services.recognition.tables import CREDITS, DECISIONS, LEDGER_ENTRIES, PENDING_FACTS
from shared import envelope
from shared.contracts.facts import Fact
from shared.db import SYSTEM
from shared.service import Running
from tests.support.running import as_owner

SAID = sa.text("SELECT payload FROM outbox WHERE key = :learner_id ORDER BY id")


async def said_of(recognition: Running, learner_id: UUID) -> list[Fact]:
    """The facts about the learner, in their order."""
    async with recognition.database.transaction(SYSTEM) as tx:
        payloads = await tx.scalars(SAID, {"learner_id": str(learner_id)})
        return [envelope.read(payload.encode()).data for payload in payloads]


async def rows_of(recognition: Running, table: sa.Table, learner_id: UUID) -> list[sa.Row[Any]]:
    async with recognition.database.transaction(SYSTEM) as tx:
        select = sa.select(table).where(table.c.learner_id == learner_id).order_by(*table.primary_key.columns)
        return list(await tx.execute(select))


async def credits_of(recognition: Running, learner_id: UUID) -> list[sa.Row[Any]]:
    return await rows_of(recognition, CREDITS, learner_id)


async def decisions_of(recognition: Running, learner_id: UUID) -> list[sa.Row[Any]]:
    return await rows_of(recognition, DECISIONS, learner_id)


async def ledger_of(recognition: Running, learner_id: UUID) -> list[LinkedEntry]:
    return [LinkedEntry(**row._asdict()) for row in await rows_of(recognition, LEDGER_ENTRIES, learner_id)]


async def waiting_for(recognition: Running, id_: UUID | str) -> list[str]:
    """The keys with this id that facts wait for."""
    key = PENDING_FACTS.c.waits_for
    async with recognition.database.transaction(SYSTEM) as tx:
        return list(await tx.scalars(sa.select(key).where(key.contains(str(id_)))))


APPEND_ONLY = ("ledger_entries", "ledger_checkpoints", "ledger_checkpoint_heads")


async def forge(recognition: Running, statement: str, **values: Any) -> None:
    """What somebody with all rights and no scruples can do to the ledger."""
    async with as_owner(recognition).begin() as tx:
        for table in APPEND_ONLY:
            await tx.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ledger_is_append_only"))
        await tx.execute(sa.text(statement), values)
        for table in APPEND_ONLY:
            await tx.execute(sa.text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_is_append_only"))
