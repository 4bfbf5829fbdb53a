from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learners import Learner, PersonalData
from services.agreements.tables import LEARNERS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

PERSONAL_DATA = TypeAdapter(PersonalData)


async def load_learner(
    tx: AsyncConnection, learner_id: UUID, principal: Principal, *, for_update: bool = False
) -> Learner:
    """Names are for the home institution only."""
    select = sa.select(LEARNERS).where(LEARNERS.c.id == learner_id, visible_to(principal, LEARNERS.c.home_id))
    return _learner(await rows.only(tx, select.with_for_update() if for_update else select))


async def list_learners(tx: AsyncConnection, principal: Principal, wanted: PageRequest) -> Slice[Learner]:
    select = sa.select(LEARNERS).where(visible_to(principal, LEARNERS.c.home_id))
    return (await paging.fetch(tx, select, wanted, LEARNERS.c.id)).map(_learner)


async def add_learner(tx: AsyncConnection, learner: Learner) -> None:
    keys = {"id": learner.id, "version": learner.version, "home_id": learner.home_id}
    await tx.execute(sa.insert(LEARNERS).values(keys | vars(learner.personal)))


def _learner(row: sa.Row[Any]) -> Learner:
    personal = PERSONAL_DATA.validate_python(row._asdict())
    return Learner(id=row.id, version=row.version, home_id=row.home_id, personal=personal)
