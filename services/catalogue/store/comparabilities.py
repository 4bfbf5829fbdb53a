from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.comparabilities import Comparability, ComparabilityState, ComparabilityStatement
from services.catalogue.tables import COMPARABILITIES
from shared import paging, rows
from shared.paging import PageRequest, Slice

ROW = TypeAdapter(Comparability)
DECLARED = COMPARABILITIES.c.state == ComparabilityState.DECLARED
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(:home_unit), hashtext(:host_unit))")


async def load_comparability(tx: AsyncConnection, comparability_id: UUID) -> Comparability:
    """Whoever calls: what is comparable is declared to everybody."""
    select = sa.select(COMPARABILITIES).where(COMPARABILITIES.c.comparability_id == comparability_id)
    return ROW.validate_python((await rows.only(tx, select))._asdict())


async def lock_comparabilities_of(tx: AsyncConnection, statement: ComparabilityStatement) -> list[Comparability]:
    """What is declared of the same units in the same direction; the next declaration waits until this one is done."""
    await tx.execute(LOCK, {"home_unit": str(statement.home_unit_id), "host_unit": str(statement.host_unit_id)})
    select = sa.select(COMPARABILITIES).where(
        COMPARABILITIES.c.home_unit_id == statement.home_unit_id,
        COMPARABILITIES.c.host_unit_id == statement.host_unit_id,
        COMPARABILITIES.c.home_qualification_id == statement.home_qualification_id,
        DECLARED,
    )
    return [ROW.validate_python(row._asdict()) for row in await tx.execute(select)]


async def comparabilities_at_home(tx: AsyncConnection, qualification_id: UUID, on: date) -> list[Comparability]:
    """What is declared of its units as units at home, for this day or a later one."""
    until = COMPARABILITIES.c.valid_until
    select = sa.select(COMPARABILITIES).where(
        COMPARABILITIES.c.home_qualification_id == qualification_id, DECLARED, sa.or_(until.is_(None), until >= on)
    )
    return [ROW.validate_python(row._asdict()) for row in await tx.execute(select)]


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
