"""What was published, version by version, and the units in it: for everybody."""

from dataclasses import fields
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.qualifications import (
    Qualification,
    QualificationState,
    QualificationVersion,
    VersionSummary,
)
from services.catalogue.tables import QUALIFICATION_VERSIONS
from shared import paging, rows
from shared.paging import PageRequest, Slice

ROW, SUMMARY = TypeAdapter(QualificationVersion), TypeAdapter(VersionSummary)
SUMMARY_COLUMNS = [QUALIFICATION_VERSIONS.c[field.name] for field in fields(VersionSummary)]


def in_state(table: sa.Table, state: QualificationState) -> sa.ColumnElement[bool]:
    """With the state written out, so that an index of that state alone serves prepared statements too."""
    return table.c.state == sa.literal_column(f"'{state}'")


PUBLISHED = in_state(QUALIFICATION_VERSIONS, QualificationState.PUBLISHED)


async def find_published(tx: AsyncConnection, qualification_id: UUID) -> QualificationVersion | None:
    """Whoever calls: the version that counts at present."""
    this = QUALIFICATION_VERSIONS.c.qualification_id == qualification_id
    row = (await tx.execute(sa.select(QUALIFICATION_VERSIONS).where(this, PUBLISHED))).one_or_none()
    return None if row is None else ROW.validate_python(row._asdict())


async def load_qualification_version(tx: AsyncConnection, qualification_id: UUID, version: int) -> QualificationVersion:
    this = sa.and_(
        QUALIFICATION_VERSIONS.c.qualification_id == qualification_id, QUALIFICATION_VERSIONS.c.version == version
    )
    row = await rows.only(tx, sa.select(QUALIFICATION_VERSIONS).where(this))
    return ROW.validate_python(row._asdict())


async def list_qualification_versions(
    tx: AsyncConnection, qualification_id: UUID, wanted: PageRequest
) -> Slice[VersionSummary]:
    """Oldest first; without their units."""
    select = sa.select(*SUMMARY_COLUMNS).where(QUALIFICATION_VERSIONS.c.qualification_id == qualification_id)
    page = await paging.fetch(tx, select, wanted, QUALIFICATION_VERSIONS.c.version)
    return page.map(lambda row: SUMMARY.validate_python(row._asdict()))


async def supersede_before(tx: AsyncConnection, published: Qualification) -> None:
    """End the version that this one supersedes, if there is one."""
    before = QUALIFICATION_VERSIONS.c.qualification_id == published.qualification_id
    ended = {"state": QualificationState.SUPERSEDED, "superseded_by": published.version}
    await tx.execute(sa.update(QUALIFICATION_VERSIONS).where(before, PUBLISHED).values(ended))
