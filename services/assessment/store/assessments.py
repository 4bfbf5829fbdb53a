"""Assessments: seen by home and host."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.assessments import Assessment, State
from services.assessment.store.parties import party_sees
from services.assessment.tables import ASSESSMENTS
from shared import rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice, fetch

ASSESSMENT = TypeAdapter(Assessment)


async def add_assessment(tx: AsyncConnection, planned: Assessment) -> None:
    await tx.execute(sa.insert(ASSESSMENTS).values(_row(planned)))


async def load_assessment(
    tx: AsyncConnection, id_: UUID, principal: Principal, *, for_update: bool = False
) -> Assessment:
    select = sa.select(ASSESSMENTS).where(ASSESSMENTS.c.id == id_, party_sees(ASSESSMENTS, principal))
    return _assessment(await rows.only(tx, select.with_for_update() if for_update else select))


async def load_assessments_under(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal
) -> dict[UUID, Assessment]:
    """All assessments under one agreement, by id."""
    under = ASSESSMENTS.c.learning_agreement_id == learning_agreement_id
    found = await tx.execute(sa.select(ASSESSMENTS).where(under, party_sees(ASSESSMENTS, principal)))
    return {row.id: _assessment(row) for row in found}


async def list_assessments(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    learning_agreement_id: UUID | None = None,
    state: State | None = None,
) -> Slice[Assessment]:
    select = sa.select(ASSESSMENTS).where(party_sees(ASSESSMENTS, principal))
    if learning_agreement_id is not None:
        select = select.where(ASSESSMENTS.c.learning_agreement_id == learning_agreement_id)
    if state is not None:
        select = select.where(ASSESSMENTS.c.state == state)
    return (await fetch(tx, select, wanted, ASSESSMENTS.c.id)).map(_assessment)


async def save_assessment(tx: AsyncConnection, changed: Assessment) -> None:
    await rows.replace(tx, ASSESSMENTS, _row(changed))


def _assessment(row: sa.Row[Any]) -> Assessment:
    return ASSESSMENT.validate_python(row._asdict())


def _row(assessment: Assessment) -> dict[str, Any]:
    inside = ASSESSMENT.dump_python(assessment, mode="json", include={"results", "report"})
    return {**vars(assessment), **inside}
