"""What was decided and what came of it, to who may see it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import Decision
from services.recognition.domain.history import CreditState, KeptCredit
from services.recognition.domain.ledger import Head, LinkedEntry
from services.recognition.tables import (
    CREDITS,
    DECISIONS,
    LEDGER_ENTRIES,
    VALIDATIONS,
)
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

Row = sa.Row[Any]
CREDIT, DECISION, ENTRY = TypeAdapter(KeptCredit), TypeAdapter(Decision), TypeAdapter(LinkedEntry)


async def load_credit(tx: AsyncConnection, credit_id: UUID, principal: Principal) -> KeptCredit:
    return credit_of(await rows.only(tx, _credits(principal).where(CREDITS.c.credit_id == credit_id)))


async def load_decision(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> Decision:
    return decision_of(await rows.only(tx, decisions_for(principal).where(DECISIONS.c.decision_id == decision_id)))


async def load_validation(tx: AsyncConnection, validation_id: UUID, principal: Principal) -> Row:
    return await rows.only(tx, _validations(principal).where(VALIDATIONS.c.validation_id == validation_id))


async def list_credits(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    learner_id: UUID | None,
    state: CreditState | None,
) -> Slice[KeptCredit]:
    select = _of(learner_id, CREDITS, _credits(principal))
    if state:
        select = select.where(CREDITS.c.state == state)
    return (await paging.fetch(tx, select, wanted, CREDITS.c.credit_id)).map(credit_of)


async def list_validations(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, learner_id: UUID | None
) -> Slice[Row]:
    select = _of(learner_id, VALIDATIONS, _validations(principal))
    return await paging.fetch(tx, select, wanted, VALIDATIONS.c.validation_id)


async def load_ledger(
    tx: AsyncConnection, learner_id: UUID, principal: Principal, wanted: PageRequest
) -> tuple[Slice[LinkedEntry], Head]:
    """A page of the entries that the caller may see, and the last of them all; `NotFound` if there are none."""
    mine = sa.and_(LEDGER_ENTRIES.c.learner_id == learner_id, visible(LEDGER_ENTRIES, principal))
    select = sa.select(LEDGER_ENTRIES).where(mine)
    last = await rows.only(tx, select.order_by(LEDGER_ENTRIES.c.position.desc()).limit(1))
    found = await paging.fetch(tx, select, wanted, LEDGER_ENTRIES.c.position)
    return found.map(_entry), _entry(last).head


async def find_positions(tx: AsyncConnection, principal: Principal, learner_id: UUID) -> set[int]:
    """Of the learner's entries that the caller may see."""
    entries = LEDGER_ENTRIES.c
    mine = sa.select(entries.position).where(entries.learner_id == learner_id, visible(LEDGER_ENTRIES, principal))
    return set(await tx.scalars(mine))


def _credits(principal: Principal) -> sa.Select[Any]:
    return sa.select(CREDITS).where(visible(CREDITS, principal))


def decisions_for(principal: Principal) -> sa.Select[Any]:
    """The host sees what became of its own transcripts."""
    return sa.select(DECISIONS).where(visible(DECISIONS, principal, DECISIONS.c.host_id))


def _validations(principal: Principal) -> sa.Select[Any]:
    return sa.select(VALIDATIONS).where(visible(VALIDATIONS, principal, VALIDATIONS.c.host_id))


def visible(table: sa.Table, principal: Principal, *more: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Home, the learner, a competent body of the home country; and the institutions of `more` columns."""
    return visible_to(principal, table.c.home_id, *more, learner=table.c.learner_id, country=table.c.home_country)


def _of(learner_id: UUID | None, table: sa.Table, select: sa.Select[Any]) -> sa.Select[Any]:
    return select.where(table.c.learner_id == learner_id) if learner_id else select


def credit_of(row: Row) -> KeptCredit:
    return CREDIT.validate_python(row._asdict())


def decision_of(row: Row) -> Decision:
    return DECISION.validate_python(row._asdict())


def _entry(row: Row) -> LinkedEntry:
    return ENTRY.validate_python(row._asdict())
