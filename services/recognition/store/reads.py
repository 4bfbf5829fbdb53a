"""What was decided and what came of it, to who may see it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.ledger import Head, LinkedEntry
from services.recognition.domain.record import CreditInProgress
from services.recognition.tables import (
    CREDITS,
    DECISIONS,
    KNOWN_QUALIFICATIONS,
    LEDGER_ENTRIES,
    UNITS_IN_PROGRESS,
    VALIDATIONS,
)
from shared import paging, rows
from shared.auth import Principal
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import CreditRecognised
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

Row = sa.Row[Any]
Named = CreditRecognised | CreditInProgress | Decision
"""What names a qualification in a version."""
CREDIT, DECISION, ENTRY = TypeAdapter(CreditRecognised), TypeAdapter(Decision), TypeAdapter(LinkedEntry)
IN_PROGRESS = TypeAdapter(CreditInProgress)
QUALIFICATION = TypeAdapter(QualificationPublished)


async def load_credit(tx: AsyncConnection, credit_id: UUID, principal: Principal) -> CreditRecognised:
    return _credit(await rows.only(tx, _credits(principal).where(CREDITS.c.credit_id == credit_id)))


async def load_decision(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> Decision:
    return _decision(await rows.only(tx, _decisions(principal).where(DECISIONS.c.decision_id == decision_id)))


async def load_validation(tx: AsyncConnection, validation_id: UUID, principal: Principal) -> Row:
    return await rows.only(tx, _validations(principal).where(VALIDATIONS.c.validation_id == validation_id))


async def list_credits(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, learner_id: UUID | None
) -> Slice[CreditRecognised]:
    select = _of(learner_id, CREDITS, _credits(principal))
    return (await paging.fetch(tx, select, wanted, CREDITS.c.credit_id)).map(_credit)


async def list_decisions(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    state: DecisionState | None,
    learner_id: UUID | None,
) -> Slice[Decision]:
    select = _of(learner_id, DECISIONS, _decisions(principal))
    if state:
        select = select.where(DECISIONS.c.state == state)
    return (await paging.fetch(tx, select, wanted, DECISIONS.c.decision_id)).map(_decision)


async def list_validations(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, learner_id: UUID | None
) -> Slice[Row]:
    select = _of(learner_id, VALIDATIONS, _validations(principal))
    return await paging.fetch(tx, select, wanted, VALIDATIONS.c.validation_id)


async def load_ledger(
    tx: AsyncConnection, learner_id: UUID, principal: Principal, wanted: PageRequest
) -> tuple[Slice[LinkedEntry], Head]:
    """A page of the entries that the caller may see, and the last of them all; `NotFound` if there are none."""
    visible = _visible(LEDGER_ENTRIES, principal)
    select = sa.select(LEDGER_ENTRIES).where(LEDGER_ENTRIES.c.learner_id == learner_id, visible)
    last = await rows.only(tx, select.order_by(LEDGER_ENTRIES.c.position.desc()).limit(1))
    found = await paging.fetch(tx, select, wanted, LEDGER_ENTRIES.c.position)
    return found.map(_entry), _entry(last).head


async def find_positions(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> set[int]:
    """Of the learner's entries that the caller may see."""
    entries = LEDGER_ENTRIES.c
    mine = sa.select(entries.position).where(entries.learner_id == learner_id, _visible(LEDGER_ENTRIES, principal))
    return set(await tx.scalars(mine))


async def find_credits(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> list[CreditRecognised]:
    """All of a learner's; there are never more than units that one can learn."""
    select = _of(learner_id, CREDITS, _credits(principal)).order_by(CREDITS.c.credit_id)
    return [_credit(row) for row in await tx.execute(select)]


async def find_in_progress(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> list[CreditInProgress]:
    """All of a learner's."""
    table = UNITS_IN_PROGRESS
    select = sa.select(table).where(_visible(table, principal), table.c.learner_id == learner_id)
    return [IN_PROGRESS.validate_python(row._asdict()) for row in await tx.execute(select.order_by(table.c.credit_id))]


async def find_open_decisions(
    tx: AsyncConnection, principal: Principal, learner_id: UUID
) -> tuple[list[Decision], list[Decision]]:
    """All reviews of a learner's, and what is documented only; the record is not for the host, nor are these."""
    select = sa.select(DECISIONS).where(_visible(DECISIONS, principal), DECISIONS.c.learner_id == learner_id)
    wanted = DecisionState.MANUAL_REVIEW, DecisionState.DOCUMENTED_ONLY
    open_ = select.where(DECISIONS.c.state.in_(wanted)).order_by(DECISIONS.c.decision_id)
    found = [_decision(row) for row in await tx.execute(open_)]
    reviews, documented = ([one for one in found if one.state is state] for state in wanted)
    return reviews, documented


async def find_qualifications(tx: AsyncConnection, named_by: Sequence[Named]) -> list[QualificationPublished]:
    """Each qualification that is named, in the latest version that is named."""
    versions: dict[UUID, int] = {}
    for one in named_by:
        versions[one.qualification_id] = max(one.qualification_version, versions.get(one.qualification_id, 0))
    table = KNOWN_QUALIFICATIONS.c
    named = sa.tuple_(table.id, table.version).in_(list(versions.items()))
    found = await tx.scalars(sa.select(sa.cast(table.data, sa.Text)).where(named).order_by(table.id))
    return [QUALIFICATION.validate_json(data) for data in found]


def _credits(principal: Principal) -> sa.Select[Any]:
    return sa.select(CREDITS).where(_visible(CREDITS, principal))


def _decisions(principal: Principal) -> sa.Select[Any]:
    """The host sees what became of its own transcripts."""
    return sa.select(DECISIONS).where(_visible(DECISIONS, principal, DECISIONS.c.host_id))


def _validations(principal: Principal) -> sa.Select[Any]:
    return sa.select(VALIDATIONS).where(_visible(VALIDATIONS, principal, VALIDATIONS.c.host_id))


def _visible(table: sa.Table, principal: Principal, *more: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Home, the learner, a competent body of the home country; and the institutions of `more` columns."""
    return visible_to(principal, table.c.home_id, *more, learner=table.c.learner_id, country=table.c.home_country)


def _of(learner_id: UUID | None, table: sa.Table, select: sa.Select[Any]) -> sa.Select[Any]:
    return select.where(table.c.learner_id == learner_id) if learner_id else select


def _credit(row: Row) -> CreditRecognised:
    return CREDIT.validate_python(row._asdict())


def _decision(row: Row) -> Decision:
    return DECISION.validate_python(row._asdict())


def _entry(row: Row) -> LinkedEntry:
    return ENTRY.validate_python(row._asdict())
