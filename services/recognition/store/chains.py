"""Chains of the ledger as a whole, for whoever checks or exports them: nothing here asks who may see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.audit import Anchor, Chain, Counted
from services.recognition.domain.ledger import START, Head, LinkedEntry

ENTRY = TypeAdapter(LinkedEntry)
LEARNERS = sa.bindparam("learners", type_=pg.ARRAY(sa.Uuid))

ONE_VIEW = sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

NEXT_LEARNERS = sa.text(
    """
    SELECT learner_id FROM (
        (SELECT DISTINCT learner_id FROM ledger_entries WHERE learner_id > :after ORDER BY learner_id LIMIT :at_most)
        UNION
        (SELECT learner_id FROM ledger_heads WHERE learner_id > :after AND position > 0
            ORDER BY learner_id LIMIT :at_most)
        UNION
        (SELECT DISTINCT learner_id FROM ledger_checkpoint_heads WHERE learner_id > :after
            ORDER BY learner_id LIMIT :at_most)
        UNION
        (SELECT DISTINCT learner_id FROM credits WHERE learner_id > :after ORDER BY learner_id LIMIT :at_most)
    ) AS named ORDER BY learner_id LIMIT :at_most
    """
)
"""Whoever has a chain, or should have one."""

HEADS = sa.text("SELECT learner_id, position, hash FROM ledger_heads WHERE learner_id = ANY (:learners)").bindparams(
    LEARNERS
)

ANCHORS = sa.text(
    "SELECT learner_id, number, position, hash FROM ledger_checkpoint_heads"
    " WHERE learner_id = ANY (:learners) ORDER BY learner_id, number"
).bindparams(LEARNERS)

ENTRIES = sa.text(
    "SELECT entry.* FROM unnest(:learners, :positions) AS since (learner_id, position)"
    " JOIN ledger_entries entry ON entry.learner_id = since.learner_id AND entry.position > since.position"
    " ORDER BY entry.learner_id, entry.position"
).bindparams(LEARNERS, sa.bindparam("positions", type_=pg.ARRAY(sa.Integer)))

CREDITS = sa.text(
    "SELECT learner_id, credit_id, qualification_id, unit_id, points, ledger_position, ledger_hash FROM credits"
    " WHERE learner_id = ANY (:learners) AND state IN ('active', 'expired')"
).bindparams(LEARNERS)


async def see_one_moment(tx: AsyncConnection) -> None:
    """What the transaction reads from its beginning on belongs together; it cannot write."""
    await tx.execute(ONE_VIEW)


async def write_nothing(tx: AsyncConnection) -> None:
    """From now on the transaction cannot."""
    await tx.execute(sa.text("SET TRANSACTION READ ONLY"))


async def next_learners(tx: AsyncConnection, after: UUID, at_most: int) -> list[UUID]:
    return list(await tx.scalars(NEXT_LEARNERS, {"after": after, "at_most": at_most}))


async def load_chains(tx: AsyncConnection, learners: Sequence[UUID], since: int | None = None) -> list[Chain]:
    """Their chains; with the number of a checkpoint, what has been added since it was taken."""
    heads = {row.learner_id: _head(row) for row in await tx.execute(HEADS, {"learners": learners})}
    anchors: dict[UUID, list[Anchor]] = defaultdict(list)
    for row in await tx.execute(ANCHORS, {"learners": learners}):
        anchors[row.learner_id].append(Anchor(row.number, _head(row)))
    known = {learner_id: _known(anchors[learner_id], since) for learner_id in learners}
    positions = [known[learner_id].position for learner_id in learners]
    entries: dict[UUID, list[LinkedEntry]] = defaultdict(list)
    for row in await tx.execute(ENTRIES, {"learners": learners, "positions": positions}):
        entries[row.learner_id].append(ENTRY.validate_python(row._asdict()))
    return [
        Chain(
            learner_id=learner_id,
            entries=entries[learner_id],
            head=heads.get(learner_id, START),
            anchors=anchors[learner_id],
            since=known[learner_id],
        )
        for learner_id in learners
    ]


async def load_counted(tx: AsyncConnection, learners: Sequence[UUID]) -> Mapping[UUID, Sequence[Counted]]:
    """By learner, the credits that count, or have counted until they expired."""
    counted: dict[UUID, list[Counted]] = {learner_id: [] for learner_id in learners}
    for row in await tx.execute(CREDITS, {"learners": learners}):
        counted[row.learner_id].append(
            Counted(
                credit_id=row.credit_id,
                qualification_id=row.qualification_id,
                unit_id=row.unit_id,
                points=row.points,
                entry=Head(row.ledger_position, row.ledger_hash),
            )
        )
    return counted


def _known(anchors: Sequence[Anchor], since: int | None) -> Head:
    covered = [anchor.head for anchor in anchors if since is not None and anchor.number <= since]
    return covered[-1] if covered else START


def _head(row: sa.Row[Any]) -> Head:
    return Head(row.position, row.hash)
