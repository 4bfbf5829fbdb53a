from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.institutions import Institution
from services.catalogue.store import aliases
from services.catalogue.tables import INSTITUTIONS
from shared import paging
from shared.auth import Principal
from shared.contracts.catalogue import EcvetFunction
from shared.paging import PageRequest, Slice
from shared.problems import NotFound

ROW = TypeAdapter(Institution)
UNMERGED = INSTITUTIONS.c.merged_into_id.is_(None)
FUNCTIONS = sa.func.functions_of(INSTITUTIONS.c.competences, type_=ARRAY(sa.Text))
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('institutions'), hashtext(:of))")


async def find_institution(tx: AsyncConnection, institution_id: UUID | None) -> Institution | None:
    select = sa.select(INSTITUTIONS).where(INSTITUTIONS.c.institution_id == institution_id)
    row = (await tx.execute(select)).one_or_none()
    return None if row is None else ROW.validate_python(row._asdict())


async def load_institution(tx: AsyncConnection, institution_id: UUID) -> Institution:
    """Whoever calls: the register of institutions is open."""
    if institution := await find_institution(tx, institution_id):
        return institution
    raise NotFound


async def find_survivor(tx: AsyncConnection, institution_id: UUID) -> Institution | None:
    """The institution, or the one that it was merged into."""
    found = await find_institution(tx, institution_id)
    return found and await find_institution(tx, found.survivor_id)


async def list_institutions(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    exactly: Mapping[str, str | None],
    function: EcvetFunction | None,
    code: str | None,
) -> Slice[Institution]:
    """`exactly` are values of columns, where not None; `code` is one that the caller may know an institution by."""
    select = sa.select(INSTITUTIONS).where(
        *(INSTITUTIONS.c[name] == value for name, value in exactly.items() if value is not None)
    )
    if function is not None:
        select = select.where(FUNCTIONS.contains([function]), UNMERGED)
    if code is not None:
        select = select.where(INSTITUTIONS.c.institution_id.in_(aliases.called(code, principal)))
    page = await paging.fetch(tx, select, wanted, INSTITUTIONS.c.institution_id)
    return page.map(lambda row: ROW.validate_python(row._asdict()))


async def lock_institutions(tx: AsyncConnection, country: str, pic: str | None = None) -> None:
    """Who registers, renames or merges in the same country, or with the same PIC, waits until this transaction ends.

    Everybody locks the country first, so nobody waits in a circle.
    """
    for of in (country, pic):
        if of is not None:
            await tx.execute(LOCK, {"of": of})


async def find_similar(tx: AsyncConnection, institution: Institution) -> list[Institution]:
    """Other rows with its name in its country, or with its PIC."""
    same_name = sa.and_(INSTITUTIONS.c.country == institution.country, INSTITUTIONS.c.name_key == institution.name_key)
    same_pic = sa.and_(INSTITUTIONS.c.pic.is_not(None), INSTITUTIONS.c.pic == institution.pic)
    other = INSTITUTIONS.c.institution_id != institution.institution_id
    found = await tx.execute(sa.select(INSTITUTIONS).where(other, sa.or_(same_name, same_pic)))
    return [ROW.validate_python(row._asdict()) for row in found]


async def find_merged_into(tx: AsyncConnection, institution_id: UUID) -> list[Institution]:
    found = await tx.execute(sa.select(INSTITUTIONS).where(INSTITUTIONS.c.merged_into_id == institution_id))
    return [ROW.validate_python(row._asdict()) for row in found]


async def is_oid_taken(tx: AsyncConnection, oid: str, *, by_other_than: UUID | None = None) -> bool:
    select = sa.select(INSTITUTIONS.c.institution_id).where(INSTITUTIONS.c.oid == oid)
    holder = await tx.scalar(select)
    return holder is not None and holder != by_other_than
