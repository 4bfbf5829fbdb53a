from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.comparabilities import Comparability
from services.catalogue.tables import COMPARABILITIES
from shared import paging, rows
from shared.paging import PageRequest, Slice

ROW = TypeAdapter(Comparability)


async def load_comparability(tx: AsyncConnection, comparability_id: UUID) -> Comparability:
    """Whoever calls: what is comparable is declared to everybody."""
    select = sa.select(COMPARABILITIES).where(COMPARABILITIES.c.comparability_id == comparability_id)
    return ROW.validate_python((await rows.only(tx, select))._asdict())


async def list_comparabilities(
    tx: AsyncConnection, wanted: PageRequest, *, home_unit_id: UUID | None, host_unit_id: UUID | None
) -> Slice[Comparability]:
    select = sa.select(COMPARABILITIES)
    for column, value in (
        (COMPARABILITIES.c.home_unit_id, home_unit_id),
        (COMPARABILITIES.c.host_unit_id, host_unit_id),
    ):
        if value is not None:
            select = select.where(column == value)
    page = await paging.fetch(tx, select, wanted, COMPARABILITIES.c.comparability_id)
    return page.map(lambda row: ROW.validate_python(row._asdict()))
