"""What home decided on the units of an agreement, as recognition said it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.tables import UNIT_DECISIONS


async def keep_unit_decisions(tx: AsyncConnection, decided: Sequence[tuple[UUID, UUID, str, datetime]]) -> None:
    """Agreement, unit, what was said, when; of a unit that was decided on before nothing changes."""
    names = ("learning_agreement_id", "unit_id", "said", "decided_at")
    rows = [dict(zip(names, one, strict=True)) for one in decided]
    await tx.execute(pg.insert(UNIT_DECISIONS).on_conflict_do_nothing(), rows)


async def forget_unit_decisions(tx: AsyncConnection, units: Sequence[tuple[UUID, UUID]]) -> None:
    """Agreement and unit."""
    named = sa.tuple_(UNIT_DECISIONS.c.learning_agreement_id, UNIT_DECISIONS.c.unit_id)
    await tx.execute(sa.delete(UNIT_DECISIONS).where(named.in_(units)))


async def decided_units(
    tx: AsyncConnection, learning_agreement_ids: Collection[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    """The units of each that have an outcome at home; the agreements have to be locked, so that no decision is missed.

    A decision that is being heard at the same moment waits for the lock, and then finds the agreement as it is left.
    """
    found: dict[UUID, set[UUID]] = defaultdict(set)
    of_these = UNIT_DECISIONS.c.learning_agreement_id.in_(learning_agreement_ids)
    for row in await tx.execute(sa.select(UNIT_DECISIONS).where(of_these)):
        found[row.learning_agreement_id].add(row.unit_id)
    return {id_: frozenset(found[id_]) for id_ in learning_agreement_ids}
