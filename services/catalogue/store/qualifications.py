from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.qualifications import Qualification, QualificationState, QualificationSummary
from services.catalogue.tables import QUALIFICATIONS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound
from shared.tenancy import visible_to

ROW, SUMMARY = TypeAdapter(Qualification), TypeAdapter(QualificationSummary)
SUMMARY_COLUMNS = [column for column in QUALIFICATIONS.c if column is not QUALIFICATIONS.c.units]


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """Drafts are for their owner, what is published for everybody."""
    published = QUALIFICATIONS.c.state == QualificationState.PUBLISHED
    return sa.or_(published, visible_to(principal, QUALIFICATIONS.c.owner_id))


async def find_qualification(tx: AsyncConnection, qualification_id: UUID, principal: Principal) -> Qualification | None:
    this = QUALIFICATIONS.c.qualification_id == qualification_id
    row = (await tx.execute(sa.select(QUALIFICATIONS).where(this, _visible(principal)))).one_or_none()
    return None if row is None else ROW.validate_python(row._asdict())


async def load_qualification(tx: AsyncConnection, qualification_id: UUID, principal: Principal) -> Qualification:
    if qualification := await find_qualification(tx, qualification_id, principal):
        return qualification
    raise NotFound


async def list_qualifications(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    country: str | None,
    isced_f: str | None,
    state: QualificationState | None,
) -> Slice[QualificationSummary]:
    """Without their units: a page of whole qualifications could be a hundred megabytes."""
    select = sa.select(*SUMMARY_COLUMNS).where(_visible(principal))
    for column, value in ((QUALIFICATIONS.c.country, country), (QUALIFICATIONS.c.isced_f, isced_f)):
        if value is not None:
            select = select.where(column == value)
    if state is not None:
        select = select.where(QUALIFICATIONS.c.state == state)
    page = await paging.fetch(tx, select, wanted, QUALIFICATIONS.c.qualification_id)
    return page.map(lambda row: SUMMARY.validate_python(row._asdict()))
