"""Assessments: seen by home, host, the learner, and the institution that the host has given one to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.assessments import Assessment, State
from services.assessment.store.parties import assessment_seen
from services.assessment.tables import ASSESSMENTS
from shared import rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice, fetch
from shared.problems import VersionMismatch

ASSESSMENT = TypeAdapter(Assessment)
INSIDE = {"results", "report", "moderation", "contest", "review", "annulment"}
"""What is kept as JSON."""

_CHANGED = sa.update(ASSESSMENTS).where(
    ASSESSMENTS.c.id == sa.bindparam("this"), ASSESSMENTS.c.version == sa.bindparam("before")
)


@dataclass(frozen=True)
class Filters:
    """Which assessments are wanted; None: whatever it is."""

    learning_agreement_id: UUID | None = None
    learner_id: UUID | None = None
    state: State | None = None
    planned_from: date | None = None
    planned_until: date | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        columns = ASSESSMENTS.c
        equal = ("learning_agreement_id", "learner_id", "state")
        found = [columns[name] == value for name in equal if (value := getattr(self, name)) is not None]
        if self.planned_from is not None:
            found.append(columns.planned_on >= self.planned_from)
        if self.planned_until is not None:
            found.append(columns.planned_on <= self.planned_until)
        return found


EVERYTHING = Filters()


async def add_assessment(tx: AsyncConnection, planned: Assessment) -> None:
    await tx.execute(sa.insert(ASSESSMENTS).values(row_of(planned)))


async def load_assessment(
    tx: AsyncConnection, id_: UUID, principal: Principal | None, *, for_update: bool = False
) -> Assessment:
    select = sa.select(ASSESSMENTS).where(ASSESSMENTS.c.id == id_, assessment_seen(principal))
    return _assessment(await rows.only(tx, select.with_for_update() if for_update else select))


async def lock_assessments(tx: AsyncConnection, ids: Collection[UUID], principal: Principal) -> dict[UUID, Assessment]:
    """Those of them that the caller sees, by id; always in the same order, so that nobody waits in a circle."""
    select = sa.select(ASSESSMENTS).where(ASSESSMENTS.c.id.in_(ids), assessment_seen(principal))
    found = await tx.execute(select.order_by(ASSESSMENTS.c.id).with_for_update())
    return {row.id: _assessment(row) for row in found}


async def lock_assessments_of(tx: AsyncConnection, learners: Collection[UUID]) -> Sequence[Assessment]:
    """All of these learners, for the system; in the same order, too."""
    select = sa.select(ASSESSMENTS).where(ASSESSMENTS.c.learner_id.in_(learners))
    return [_assessment(row) for row in await tx.execute(select.order_by(ASSESSMENTS.c.id).with_for_update())]


async def load_assessments_under(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal
) -> dict[UUID, Assessment]:
    """All assessments under one agreement, by id."""
    under = ASSESSMENTS.c.learning_agreement_id == learning_agreement_id
    found = await tx.execute(sa.select(ASSESSMENTS).where(under, assessment_seen(principal)))
    return {row.id: _assessment(row) for row in found}


async def load_assessments_of(
    tx: AsyncConnection, agreement_ids: Collection[UUID], principal: Principal | None
) -> dict[UUID, dict[UUID, Assessment]]:
    """All assessments under each agreement, by its id and theirs."""
    under: dict[UUID, dict[UUID, Assessment]] = {id_: {} for id_ in agreement_ids}
    these = ASSESSMENTS.c.learning_agreement_id.in_(agreement_ids)
    for row in await tx.execute(sa.select(ASSESSMENTS).where(these, assessment_seen(principal))):
        under[row.learning_agreement_id][row.id] = _assessment(row)
    return under


async def list_assessments(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, filters: Filters = EVERYTHING
) -> Slice[Assessment]:
    select = sa.select(ASSESSMENTS).where(assessment_seen(principal), *filters.conditions())
    return (await fetch(tx, select, wanted, ASSESSMENTS.c.id)).map(_assessment)


async def save_assessment(tx: AsyncConnection, changed: Assessment) -> None:
    await rows.replace(tx, ASSESSMENTS, row_of(changed))


async def save_assessments(tx: AsyncConnection, changed: Sequence[tuple[int, Assessment]]) -> None:
    """Each with the version that it had before; all of them in one round trip."""
    if not changed:
        return
    written = [row_of(after) | {"this": after.id, "before": before} for before, after in changed]
    if (await tx.execute(_CHANGED, written)).rowcount != len(changed):
        raise VersionMismatch


def row_of(assessment: Assessment) -> dict[str, Any]:
    inside = ASSESSMENT.dump_python(assessment, mode="json", include=INSIDE)
    return {**vars(assessment), **inside}


def _assessment(row: sa.Row[Any]) -> Assessment:
    return ASSESSMENT.validate_python(row._asdict())
