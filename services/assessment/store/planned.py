"""What the plans of agreements bring about: set-wise, once each, however often and in whatever order they are heard."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.assessments import Assessment, State
from services.assessment.store.assessments import row_of
from services.assessment.tables import ASSESSMENTS, LEARNING_AGREEMENTS

_PLANNED = pg.insert(ASSESSMENTS)
_ANOTHER_DAY = ASSESSMENTS.c.planned_on.is_distinct_from(_PLANNED.excluded.planned_on)
KEEP_PLANNED = _PLANNED.on_conflict_do_update(
    index_elements=["plan_key"],
    set_={
        "state": State.PLANNED,
        "planned_on": _PLANNED.excluded.planned_on,
        "version": ASSESSMENTS.c.version + 1,
    },
    where=(ASSESSMENTS.c.state == State.OBSOLETE) | ((ASSESSMENTS.c.state == State.PLANNED) & _ANOTHER_DAY),
)


async def find_current(tx: AsyncConnection, contents: Collection[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    """Which of these contents of agreements, by id and content version, are in force: the last heard, not cancelled."""
    columns = LEARNING_AGREEMENTS.c
    named = sa.tuple_(columns.id, columns.content_version).in_(contents)
    found = await tx.execute(
        sa.select(columns.id, columns.content_version).where(named, columns.cancelled_on.is_(None))
    )
    return {(row.id, row.content_version) for row in found}


async def keep_planned(tx: AsyncConnection, planned: Sequence[Assessment]) -> None:
    """What is planned is there once; what has begun, or was annulled, stays as it is."""
    if planned:
        await tx.execute(KEEP_PLANNED, [row_of(one) for one in planned])


async def retire(tx: AsyncConnection, agreement_ids: Collection[UUID], planned: Sequence[Assessment]) -> None:
    """What the plans of these agreements had and have no more, and what has not begun, is obsolete."""
    columns, kept = ASSESSMENTS.c, sa.literal([one.plan_key for one in planned], pg.ARRAY(sa.Text))
    gone = sa.and_(
        columns.learning_agreement_id.in_(agreement_ids),
        columns.state == State.PLANNED,
        columns.plan_key.is_not(None),
        columns.plan_key != sa.all_(kept),
    )
    await tx.execute(sa.update(ASSESSMENTS).where(gone).values(state=State.OBSOLETE, version=columns.version + 1))
