"""Credits whose last day is over, a batch at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.expiry import OverdueCredit, Said
from services.recognition.domain.history import CreditState
from services.recognition.domain.standing import Place
from services.recognition.tables import COMPLETED_QUALIFICATIONS, DECISIONS, LEDGER_HEADS

ELSE = [DecisionState.EVIDENCE_ONLY, DecisionState.PARTIALLY_RECOGNISED]
OVERDUE = TypeAdapter(OverdueCredit)
OVER = "state = 'active' AND valid_until < :today"

FIND_OVERDUE = sa.text(
    f"SELECT credit_id, learner_id FROM credits WHERE {OVER} ORDER BY valid_until LIMIT :at_most"  # noqa: S608 - ours
)

EXPIRE = sa.text(
    f"UPDATE credits SET state = '{CreditState.EXPIRED}', version = version + 1"  # noqa: S608 - ours
    f" WHERE credit_id = ANY (:credits) AND {OVER} RETURNING *"
).bindparams(sa.bindparam("credits", type_=pg.ARRAY(sa.Uuid)))


async def find_overdue(tx: AsyncConnection, today: date, at_most: int) -> Mapping[UUID, UUID]:
    """Ids of credits that still count, those first that should not since longest, with their learners."""
    found = await tx.execute(FIND_OVERDUE, {"today": today, "at_most": at_most})
    return {row.credit_id: row.learner_id for row in found}


async def lock_learners(tx: AsyncConnection, learners: Iterable[UUID]) -> None:
    """Nobody else changes what counts for them until this transaction ends; in the order in which evaluation locks."""
    heads = LEDGER_HEADS.c.learner_id
    await tx.execute(sa.select(heads).where(heads.in_(set(learners))).order_by(heads).with_for_update())


async def expire(tx: AsyncConnection, credits_: Collection[UUID], today: date) -> Sequence[OverdueCredit]:
    """Those of them that count no more by this, and not by something else meanwhile."""
    rows = await tx.execute(EXPIRE, {"credits": list(credits_), "today": today})
    expired = [OVERDUE.validate_python(row._asdict()) for row in rows]
    return sorted(expired, key=lambda credit: (credit.learner_id, credit.valid_until, credit.credit_id))


@dataclass(frozen=True)
class Expired:
    """A unit that counts no more."""

    learner_id: UUID
    place: Place


async def find_achieved_besides(tx: AsyncConnection, expired: Iterable[OverdueCredit]) -> Sequence[Expired]:
    """Those of the units of which something else was achieved, too."""
    table = DECISIONS.c
    unit = table.learner_id, table.qualification_id, table.unit_id
    these = sa.tuple_(*unit).in_([(one.learner_id, one.qualification_id, one.unit_id) for one in expired])
    found = await tx.execute(sa.select(*unit).distinct().where(these, table.state.in_(ELSE)).order_by(*unit))
    return [Expired(row.learner_id, (row.qualification_id, row.unit_id)) for row in found]


async def find_completed(tx: AsyncConnection, learners: Iterable[UUID]) -> Mapping[Said, frozenset[UUID]]:
    """What was said to be complete, and by which units."""
    table = COMPLETED_QUALIFICATIONS.c
    select = sa.select(table.learner_id, table.qualification_id, table.unit_ids)
    found = await tx.execute(select.where(table.learner_id.in_(set(learners))))
    return {(row.learner_id, row.qualification_id): frozenset(row.unit_ids) for row in found}


async def reopen(tx: AsyncConnection, said: Collection[Said]) -> None:
    table = COMPLETED_QUALIFICATIONS.c
    these = sa.tuple_(table.learner_id, table.qualification_id).in_(list(said))
    await tx.execute(sa.delete(COMPLETED_QUALIFICATIONS).where(these))
