from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import EVER_AGREED, OVER, LearningAgreement, State
from services.agreements.store.learning_agreement_history import keep_signed
from services.agreements.store.learning_agreement_visibility import shown_to
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import LEARNING_AGREEMENTS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice

LEARNING_AGREEMENT = TypeAdapter(LearningAgreement)


async def load_learning_agreement(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal | None, *, for_update: bool = False
) -> LearningAgreement:
    this = LEARNING_AGREEMENTS.c.id == learning_agreement_id
    select = sa.select(LEARNING_AGREEMENTS).where(this, shown_to(principal))
    return _learning_agreement(await rows.only(tx, select.with_for_update() if for_update else select))


async def lock_learning_agreements(tx: AsyncConnection, ids: Collection[UUID]) -> Sequence[LearningAgreement]:
    """Those that there are, for the system."""
    return await _locked(tx, LEARNING_AGREEMENTS.c.id.in_(ids))


async def lock_agreements_of(tx: AsyncConnection, learner_id: UUID) -> Sequence[LearningAgreement]:
    """For the learner's home institution, and the system."""
    return await _locked(tx, LEARNING_AGREEMENTS.c.learner_id == learner_id)


async def _locked(tx: AsyncConnection, these: sa.ColumnElement[bool]) -> Sequence[LearningAgreement]:
    """Always in the same order, so that nobody waits in a circle."""
    select = sa.select(LEARNING_AGREEMENTS).where(these).order_by(LEARNING_AGREEMENTS.c.id).with_for_update()
    return [_learning_agreement(row) for row in await tx.execute(select)]


@dataclass(frozen=True, kw_only=True)
class LearningAgreementFilter:
    """What is None asks for nothing."""

    state: State | None = None
    learner_id: UUID | None = None
    memorandum_id: UUID | None = None
    home_id: UUID | None = None
    host_id: UUID | None = None
    project_code: str | None = None
    begin: date | None = None
    """Stays that go on on this day or later."""
    end: date | None = None
    """Stays that have begun by this day."""


async def list_learning_agreements(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    filters: LearningAgreementFilter = LearningAgreementFilter(),
) -> Slice[LearningAgreement]:
    select = listing(principal, filters)
    return (await paging.fetch(tx, select, wanted, LEARNING_AGREEMENTS.c.id)).map(_learning_agreement)


def listing(principal: Principal, filters: LearningAgreementFilter) -> sa.Select[Any]:
    agreements = LEARNING_AGREEMENTS.c
    select = sa.select(LEARNING_AGREEMENTS).where(shown_to(principal))
    for name in ("state", "learner_id", "memorandum_id", "home_id", "host_id", "project_code"):
        if (value := getattr(filters, name)) is not None:
            select = select.where(agreements[name] == value)
    if filters.begin:
        select = select.where(agreements.ends_on >= filters.begin.isoformat())
    if filters.end:
        select = select.where(agreements.starts_on <= filters.end.isoformat())
    return select


async def has_overlap(tx: AsyncConnection, terms: Terms, *, besides: UUID) -> bool:
    """Whether another agreement that is not given up has the learner do one of the units at the same time.

    The learner's row has to be locked before, so that two agreements at once do not miss each other.
    """
    agreements = LEARNING_AGREEMENTS.c
    others = sa.select(LEARNING_AGREEMENTS).where(
        agreements.learner_id == terms.learner_id, agreements.id != besides, agreements.state.not_in(OVER)
    )
    found = [_learning_agreement(row) for row in await tx.execute(others)]
    return any(terms.overlaps(taken) for other in found for taken in other.occupying())


async def count_agreed(tx: AsyncConnection, terms: Terms, *, besides: UUID) -> int:
    """How many other agreements with the same home, host, memorandum and year have been agreed and not given up.

    The memorandum's row has to be locked before, so that two at once do not miss each other.
    """
    agreements, year = LEARNING_AGREEMENTS.c, terms.starts_on.year
    between = sa.and_(agreements.home_id == terms.home_id, agreements.host_id == terms.host_id)
    that_year = agreements.starts_on.between(f"{year}-01-01", f"{year}-12-31")
    counted = sa.and_(agreements.memorandum_id == terms.memorandum_id, agreements.state.in_(EVER_AGREED))
    select = sa.select(sa.func.count()).where(between, that_year, counted, agreements.id != besides)
    return await tx.scalar(select) or 0


async def add_learning_agreement(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    await tx.execute(sa.insert(LEARNING_AGREEMENTS).values(_row(agreement)))


async def save_learning_agreement(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    """And for life what it has that is put to signature."""
    await rows.replace(tx, LEARNING_AGREEMENTS, _row(agreement))
    await keep_signed(tx, agreement)


async def delete_learning_agreement(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    await tx.execute(sa.delete(LEARNING_AGREEMENTS).where(LEARNING_AGREEMENTS.c.id == agreement.id))


def _learning_agreement(row: sa.Row[Any]) -> LearningAgreement:
    return LEARNING_AGREEMENT.validate_python({**row._asdict(), "revision": revision_of(row)})


def _row(agreement: LearningAgreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "version": agreement.version,
        "state": agreement.state,
        "learner_id": agreement.terms.learner_id,
        "home_id": agreement.terms.home_id,
        "host_id": agreement.terms.host_id,
        "memorandum_id": agreement.terms.memorandum_id,
        "terms": to_jsonable_python(agreement.terms),
        **columns_of(agreement.revision),
        "signatures": to_jsonable_python(agreement.signatures),
        "started_on": agreement.started_on,
        "started_by_clock": agreement.started_by_clock,
        "completed_on": agreement.completed_on,
        "proposal": to_jsonable_python(agreement.proposal),
        "contacts": to_jsonable_python(agreement.contacts),
        "ending": to_jsonable_python(agreement.ending),
        "complement": to_jsonable_python(agreement.complement),
        "learner_erased": agreement.learner_erased,
    }
