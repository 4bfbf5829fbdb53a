"""Credits whose last day is over, and units in progress of which a part is: a batch at a time."""

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


@dataclass(frozen=True)
class Expired:
    """A unit that counts no more, or of which a part is not held any more."""

    learner_id: UUID
    place: Place


FIND_OVERDUE = sa.text(
    f"SELECT credit_id, learner_id FROM credits WHERE {OVER} ORDER BY valid_until LIMIT :at_most"  # noqa: S608 - ours
)

EXPIRE = sa.text(
    f"UPDATE credits SET state = '{CreditState.EXPIRED}', version = version + 1"  # noqa: S608 - ours
    f" WHERE credit_id = ANY (:credits) AND {OVER} RETURNING *"
).bindparams(sa.bindparam("credits", type_=pg.ARRAY(sa.Uuid)))


FIND_ENDING = sa.text(
    "SELECT credit_id, learner_id FROM units_in_progress WHERE valid_until < :today ORDER BY valid_until LIMIT :at_most"
)

# Settling says it anew; what cannot be settled is looked at again when the next part is over.
WIND_ON = sa.text(
    "UPDATE units_in_progress AS held SET valid_until = ("
    " SELECT min(given.valid_until) FROM contributions AS given WHERE given.valid_until >= :today"
    " AND (given.learner_id, given.qualification_id, given.unit_id)"
    " = (held.learner_id, held.qualification_id, held.unit_id)"
    ") WHERE credit_id = ANY (:credits) AND valid_until < :today RETURNING learner_id, qualification_id, unit_id"
).bindparams(sa.bindparam("credits", type_=pg.ARRAY(sa.Uuid)))


async def find_overdue(tx: AsyncConnection, today: date, at_most: int) -> Mapping[UUID, UUID]:
    """Ids of credits that still count, those first that should not since longest, with their learners."""
    found = await tx.execute(FIND_OVERDUE, {"today": today, "at_most": at_most})
    return {row.credit_id: row.learner_id for row in found}


async def find_ending(tx: AsyncConnection, today: date, at_most: int) -> Mapping[UUID, UUID]:
    """The same of units in progress: not all of what they hold is held any more."""
    found = await tx.execute(FIND_ENDING, {"today": today, "at_most": at_most})
    return {row.credit_id: row.learner_id for row in found}


async def wind_on(tx: AsyncConnection, in_progress: Collection[UUID], today: date) -> Sequence[Expired]:
    """Those that nobody has looked at meanwhile; looked at once, they are not found again today."""
    rows = await tx.execute(WIND_ON, {"credits": list(in_progress), "today": today})
    found = [Expired(row.learner_id, (row.qualification_id, row.unit_id)) for row in rows]
    return sorted(found, key=lambda one: (one.learner_id, one.place))


async def lock_learners(tx: AsyncConnection, learners: Iterable[UUID]) -> None:
    """Nobody else changes what counts for them until this transaction ends; in the order in which evaluation locks."""
    heads = LEDGER_HEADS.c.learner_id
    await tx.execute(sa.select(heads).where(heads.in_(set(learners))).order_by(heads).with_for_update())


async def expire(tx: AsyncConnection, credits_: Collection[UUID], today: date) -> Sequence[OverdueCredit]:
    """Those of them that count no more by this, and not by something else meanwhile."""
    rows = await tx.execute(EXPIRE, {"credits": list(credits_), "today": today})
    expired = [OVERDUE.validate_python(row._asdict()) for row in rows]
    return sorted(expired, key=lambda credit: (credit.learner_id, credit.valid_until, credit.credit_id))


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
