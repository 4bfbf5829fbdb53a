"""What there is on a learner, to who may see it."""

from dataclasses import fields
from itertools import chain
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.history import CreditState, PastDecision
from services.recognition.domain.record import Completion, CreditInProgress, Held
from services.recognition.store.reads import credit_of, decision_of, visible
from services.recognition.tables import (
    COMPLETED_QUALIFICATIONS,
    CREDITS,
    DECISIONS,
    KNOWN_QUALIFICATIONS,
    UNITS_IN_PROGRESS,
)
from shared import paging
from shared.auth import Principal
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import CreditRecognised
from shared.paging import PageRequest, Slice

IN_PROGRESS, COMPLETION, PAST = TypeAdapter(CreditInProgress), TypeAdapter(Completion), TypeAdapter(PastDecision)
QUALIFICATION = TypeAdapter(QualificationPublished)

RESTING_ON_IT = sa.and_(
    CREDITS.c.learner_id == DECISIONS.c.learner_id, CREDITS.c.decision_id == DECISIONS.c.decision_id
)
OF_THE_CREDIT = {
    "credit_id": CREDITS.c.credit_id,
    "credit_state": CREDITS.c.state,
    "valid_until": CREDITS.c.valid_until,
}


async def find_held(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> Held:
    """All of it; there is never more than units that one can learn."""
    reviews, documented = await _find_open_decisions(tx, principal, learner_id)
    return Held(
        learner_id=learner_id,
        credits=await _find_credits(tx, principal, learner_id),
        in_progress=await _find_in_progress(tx, principal, learner_id),
        documented=documented,
        reviews=reviews,
        completions=await _find_completions(tx, principal, learner_id),
    )


async def find_qualifications(tx: AsyncConnection, held: Held) -> list[QualificationPublished]:
    """Each qualification that is named, in the latest version that is named."""
    versions: dict[UUID, int] = {}
    for one in chain[CreditRecognised | CreditInProgress | Decision](
        held.credits, held.in_progress, held.reviews, held.documented
    ):
        versions[one.qualification_id] = max(one.qualification_version, versions.get(one.qualification_id, 0))
    table = KNOWN_QUALIFICATIONS.c
    named = sa.tuple_(table.id, table.version).in_(list(versions.items()))
    found = await tx.scalars(sa.select(sa.cast(table.data, sa.Text)).where(named).order_by(table.id))
    return [QUALIFICATION.validate_json(data) for data in found]


async def has_history(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> bool:
    """Whether anything was ever decided on the learner: all that there is came of a decision."""
    found = sa.select(sa.exists().where(_mine(DECISIONS, principal, learner_id)))
    return bool(await tx.scalar(found))


async def list_history(
    tx: AsyncConnection, principal: Principal, learner_id: UUID, wanted: PageRequest, unit_id: UUID | None
) -> Slice[PastDecision]:
    """In the order in which it was decided."""
    others = [DECISIONS.c[field.name] for field in fields(PastDecision) if field.name not in OF_THE_CREDIT]
    named = [column.label(name) for name, column in OF_THE_CREDIT.items()]
    select = sa.select(*others, *named).outerjoin_from(DECISIONS, CREDITS, RESTING_ON_IT)
    select = select.where(_mine(DECISIONS, principal, learner_id))
    if unit_id:
        select = select.where(DECISIONS.c.unit_id == unit_id)
    found = await paging.fetch(tx, select, wanted, DECISIONS.c.decision_id)
    return found.map(lambda row: PAST.validate_python(row._asdict()))


async def _find_credits(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> list[CreditRecognised]:
    """What was revoked is history."""
    select = sa.select(CREDITS).where(_mine(CREDITS, principal, learner_id), CREDITS.c.state != CreditState.REVOKED)
    return [credit_of(row) for row in await tx.execute(select.order_by(CREDITS.c.credit_id))]


async def _find_in_progress(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> list[CreditInProgress]:
    table = UNITS_IN_PROGRESS
    select = sa.select(table).where(_mine(table, principal, learner_id)).order_by(table.c.credit_id)
    return [IN_PROGRESS.validate_python(row._asdict()) for row in await tx.execute(select)]


async def _find_open_decisions(
    tx: AsyncConnection, principal: Principal, learner_id: UUID
) -> tuple[list[Decision], list[Decision]]:
    """All reviews, and what is documented only; the record is not for the host, nor are these."""
    wanted = DecisionState.MANUAL_REVIEW, DecisionState.DOCUMENTED_ONLY
    open_ = sa.select(DECISIONS).where(_mine(DECISIONS, principal, learner_id), DECISIONS.c.state.in_(wanted))
    found = [decision_of(row) for row in await tx.execute(open_.order_by(DECISIONS.c.decision_id))]
    reviews, documented = ([one for one in found if one.state is state] for state in wanted)
    return reviews, documented


async def _find_completions(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> list[Completion]:
    select = sa.select(COMPLETED_QUALIFICATIONS).where(_mine(COMPLETED_QUALIFICATIONS, principal, learner_id))
    return [COMPLETION.validate_python(row._asdict()) for row in await tx.execute(select)]


def _mine(table: sa.Table, principal: Principal, learner_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.learner_id == learner_id, visible(table, principal))
