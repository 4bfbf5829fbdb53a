"""Dead letters: events that could not be taken in, kept with their reason until `replay` brings them back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import ids

LONGEST_REASON = 2_000


def table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "dead_letters",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("replayed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("topic", "partition", "position", name="dead_letters_record"),
        sa.Index("dead_letters_waiting", "id", postgresql_where=sa.text("replayed_at IS NULL")),
    )


@dataclass(frozen=True)
class DeadLetter:
    id: UUID
    topic: str
    type: str | None
    payload: bytes
    reason: str
    died_at: datetime


ADD = sa.text(
    'INSERT INTO dead_letters (id, topic, "partition", "position", type, payload, reason)'
    " VALUES (:id, :topic, :partition, :position, :type, :payload, :reason) ON CONFLICT DO NOTHING"
)
WAITING = sa.text(
    "SELECT id, topic, type, payload, reason, died_at FROM dead_letters"
    " WHERE replayed_at IS NULL AND (CAST(:id AS uuid) IS NULL OR id = :id) ORDER BY id FOR UPDATE"
).bindparams(sa.bindparam("id", type_=sa.Uuid))
MARK_REPLAYED = sa.text("UPDATE dead_letters SET replayed_at = now() WHERE id = :id")


async def add(
    tx: AsyncConnection,
    *,
    topic: str,
    partition: int,
    position: int,
    type_: str | None,
    payload: bytes,
    reason: str,
) -> None:
    """Park a record; parking the same record twice changes nothing."""
    letter: dict[str, Any] = {"topic": topic, "partition": partition, "position": position, "type": type_}
    readable = reason[:LONGEST_REASON].replace("\x00", "")
    await tx.execute(ADD, {**letter, "id": ids.new_id(), "payload": payload, "reason": readable})


async def waiting(tx: AsyncConnection, only: UUID | None = None) -> list[DeadLetter]:
    """The letters not yet brought back, oldest first, locked."""
    return [DeadLetter(*row) for row in await tx.execute(WAITING, {"id": only})]


async def mark_replayed(tx: AsyncConnection, letter: UUID) -> None:
    await tx.execute(MARK_REPLAYED, {"id": letter})
