"""Checkpoints of the ledger: a block of chains at a time, however many there are."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain import merkle
from services.recognition.domain.checkpoints import BLOCK, Blocks, ChainEnd, Checkpoint
from services.recognition.domain.ledger import Head
from services.recognition.store.inserts import insertion, rows
from services.recognition.tables import LEDGER_CHECKPOINT_HEADS, LEDGER_CHECKPOINTS
from shared import paging
from shared.paging import PageRequest, Slice
from shared.rows import only

CHECKPOINT = TypeAdapter(Checkpoint)
FIRST = UUID(int=0)
ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('ledger checkpoints', 0))")

CHAIN_ENDS = sa.text(
    """
    SELECT head.learner_id, head.position, head.hash,
        (head.position, head.hash) IS DISTINCT FROM (last.position, last.hash) AS has_grown
    FROM ledger_heads head LEFT JOIN LATERAL (
        SELECT position, hash FROM ledger_checkpoint_heads
        WHERE learner_id = head.learner_id ORDER BY number DESC LIMIT 1
    ) last ON true
    WHERE head.learner_id > :after AND head.position > 0 ORDER BY head.learner_id LIMIT :at_most
    """
)

CHAIN_ENDS_THEN = sa.text(
    """
    SELECT DISTINCT ON (learner_id) learner_id, position, hash FROM ledger_checkpoint_heads
    WHERE number <= :number AND learner_id >= :start
    ORDER BY learner_id, number DESC LIMIT :at_most
    """
)

UNLINKED = sa.text(
    """
    SELECT number FROM (
        SELECT number, previous_root, row_number() OVER in_order AS place,
            lag(root, 1, CAST(:before_all AS text)) OVER in_order AS before
        FROM ledger_checkpoints WINDOW in_order AS (ORDER BY number)
    ) AS kept WHERE number <> place OR previous_root <> before ORDER BY number LIMIT 1
    """
)

KEEP_ENDS = sa.text(insertion(LEDGER_CHECKPOINT_HEADS))

SUMMARY = sa.select(*(column for column in LEDGER_CHECKPOINTS.columns if not column.name.startswith("block_")))


async def take_turns_at_checkpoints(tx: AsyncConnection) -> None:
    """Until this transaction ends nobody else takes one."""
    await tx.execute(ONE_AT_A_TIME)


async def find_checkpoint(tx: AsyncConnection, number: int | None) -> Checkpoint | None:
    """The one of this number, or the latest."""
    row = (await tx.execute(_numbered(SUMMARY, number))).one_or_none()
    return _checkpoint(row) if row else None


async def load_checkpoint(tx: AsyncConnection, number: int | None) -> tuple[Checkpoint, Blocks]:
    """The same with its tree; `NotFound` if there is none."""
    row = await only(tx, _numbered(sa.select(LEDGER_CHECKPOINTS), number))
    return _checkpoint(row), Blocks(list(row.block_starts), list(row.block_roots), row.heads, row.entries)


async def find_unlinked_checkpoint(tx: AsyncConnection) -> int | None:
    """The number of the first that does not follow on the one before it."""
    number: int | None = await tx.scalar(UNLINKED, {"before_all": merkle.EMPTY.hex()})
    return number


async def list_checkpoints(tx: AsyncConnection, wanted: PageRequest) -> Slice[Checkpoint]:
    return (await paging.fetch(tx, SUMMARY, wanted, LEDGER_CHECKPOINTS.c.number)).map(_checkpoint)


async def chain_ends(tx: AsyncConnection) -> AsyncIterator[tuple[list[ChainEnd], list[ChainEnd]]]:
    """All chains block by block, and of each block those that have grown since the last checkpoint."""
    after = FIRST
    while found := (await tx.execute(CHAIN_ENDS, {"after": after, "at_most": BLOCK})).all():
        yield [_end(row) for row in found], [_end(row) for row in found if row.has_grown]
        after = found[-1].learner_id


async def chain_ends_at(tx: AsyncConnection, number: int, start: UUID) -> list[ChainEnd]:
    """As the chains ended at the checkpoint: a block of them, from this learner on."""
    found = await tx.execute(CHAIN_ENDS_THEN, {"number": number, "start": start, "at_most": BLOCK})
    return [_end(row) for row in found]


async def keep_ends(tx: AsyncConnection, number: int, ends: Sequence[ChainEnd]) -> None:
    kept = ({"learner_id": end.learner_id, "number": number, **vars(end.head)} for end in ends)
    await tx.execute(KEEP_ENDS, {LEDGER_CHECKPOINT_HEADS.name: rows(kept)})


async def keep_checkpoint(tx: AsyncConnection, checkpoint: Checkpoint, blocks: Blocks) -> None:
    tree = {"block_starts": blocks.starts, "block_roots": blocks.roots}
    await tx.execute(sa.insert(LEDGER_CHECKPOINTS).values(**vars(checkpoint), **tree))


def _numbered(select: sa.Select[Any], number: int | None) -> sa.Select[Any]:
    column = LEDGER_CHECKPOINTS.c.number
    return select.order_by(column.desc()).limit(1) if number is None else select.where(column == number)


def _checkpoint(row: sa.Row[Any]) -> Checkpoint:
    return CHECKPOINT.validate_python(row._asdict())


def _end(row: sa.Row[Any]) -> ChainEnd:
    return ChainEnd(row.learner_id, Head(row.position, row.hash))
