from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.institutions import Institution
from services.catalogue.tables import INSTITUTIONS
from shared import paging
from shared.paging import PageRequest, Slice
from shared.problems import NotFound

ROW = TypeAdapter(Institution)


async def find_institution(tx: AsyncConnection, institution_id: UUID | None) -> Institution | None:
    select = sa.select(INSTITUTIONS).where(INSTITUTIONS.c.institution_id == institution_id)
    row = (await tx.execute(select)).one_or_none()
    return None if row is None else ROW.validate_python(row._asdict())


async def load_institution(tx: AsyncConnection, institution_id: UUID) -> Institution:
    """Whoever calls: the register of institutions is open."""
    if institution := await find_institution(tx, institution_id):
        return institution
    raise NotFound


async def list_institutions(tx: AsyncConnection, wanted: PageRequest, *, country: str | None) -> Slice[Institution]:
    select = sa.select(INSTITUTIONS)
    if country is not None:
        select = select.where(INSTITUTIONS.c.country == country)
    page = await paging.fetch(tx, select, wanted, INSTITUTIONS.c.institution_id)
    return page.map(lambda row: ROW.validate_python(row._asdict()))


async def is_oid_taken(tx: AsyncConnection, oid: str, *, by_other_than: UUID | None = None) -> bool:
    select = sa.select(INSTITUTIONS.c.institution_id).where(INSTITUTIONS.c.oid == oid)
    holder = await tx.scalar(select)
    return holder is not None and holder != by_other_than
