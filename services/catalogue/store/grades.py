from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.grade_scales import GradeScale
from services.catalogue.domain.grade_tables import GradeTable, TableState
from services.catalogue.tables import GRADE_SCALES, GRADE_TABLES
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound
from shared.tenancy import visible_to

SCALE, TABLE = TypeAdapter(GradeScale), TypeAdapter(GradeTable)


async def find_grade_scale(tx: AsyncConnection, grade_scale_id: UUID) -> GradeScale | None:
    select = sa.select(GRADE_SCALES).where(GRADE_SCALES.c.grade_scale_id == grade_scale_id)
    row = (await tx.execute(select)).one_or_none()
    return None if row is None else SCALE.validate_python(row._asdict())


async def load_grade_scale(tx: AsyncConnection, grade_scale_id: UUID) -> GradeScale:
    """Whoever calls: what grades mean is no secret."""
    if scale := await find_grade_scale(tx, grade_scale_id):
        return scale
    raise NotFound


async def is_scale_code_taken(tx: AsyncConnection, scale: GradeScale) -> bool:
    same = GRADE_SCALES.c.institution_id.is_not_distinct_from(scale.institution_id)
    select = sa.select(sa.true()).where(
        same, GRADE_SCALES.c.country == scale.country, GRADE_SCALES.c.code == scale.code
    )
    return bool(await tx.scalar(select))


async def list_grade_scales(
    tx: AsyncConnection, wanted: PageRequest, *, country: str | None, institution_id: UUID | None
) -> Slice[GradeScale]:
    select = sa.select(GRADE_SCALES)
    for column, value in ((GRADE_SCALES.c.country, country), (GRADE_SCALES.c.institution_id, institution_id)):
        if value is not None:
            select = select.where(column == value)
    page = await paging.fetch(tx, select, wanted, GRADE_SCALES.c.grade_scale_id)
    return page.map(lambda row: SCALE.validate_python(row._asdict()))


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """Drafts are for the institution and the competent bodies of its country, what is published for everybody."""
    published = GRADE_TABLES.c.state == TableState.PUBLISHED
    return sa.or_(published, visible_to(principal, GRADE_TABLES.c.institution_id, country=GRADE_TABLES.c.country))


async def load_grade_table(tx: AsyncConnection, grade_table_id: UUID, principal: Principal) -> GradeTable:
    this = GRADE_TABLES.c.grade_table_id == grade_table_id
    row = await rows.only(tx, sa.select(GRADE_TABLES).where(this, _visible(principal)))
    return TABLE.validate_python(row._asdict())


async def list_grade_tables(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    country: str | None,
    institution_id: UUID | None,
    isced_f: str | None,
) -> Slice[GradeTable]:
    select = sa.select(GRADE_TABLES).where(_visible(principal))
    for column, value in (
        (GRADE_TABLES.c.country, country),
        (GRADE_TABLES.c.institution_id, institution_id),
        (GRADE_TABLES.c.isced_f, isced_f),
    ):
        if value is not None:
            select = select.where(column == value)
    page = await paging.fetch(tx, select, wanted, GRADE_TABLES.c.grade_table_id)
    return page.map(lambda row: TABLE.validate_python(row._asdict()))
