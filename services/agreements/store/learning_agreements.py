from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import LearningAgreement, State
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import LEARNING_AGREEMENTS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

LEARNING_AGREEMENT = TypeAdapter(LearningAgreement)
TERMS = TypeAdapter(Terms)


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """To home, host and the learner."""
    agreements = LEARNING_AGREEMENTS.c
    return visible_to(principal, agreements.home_id, agreements.host_id, learner=agreements.learner_id)


async def load_learning_agreement(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, *, for_update: bool = False
) -> LearningAgreement:
    this = LEARNING_AGREEMENTS.c.id == learning_agreement_id
    select = sa.select(LEARNING_AGREEMENTS).where(this, _visible(principal))
    return _learning_agreement(await rows.only(tx, select.with_for_update() if for_update else select))


async def list_learning_agreements(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    state: State | None,
    learner_id: UUID | None,
    memorandum_id: UUID | None,
) -> Slice[LearningAgreement]:
    agreements = LEARNING_AGREEMENTS.c
    select = sa.select(LEARNING_AGREEMENTS).where(_visible(principal))
    filters = (
        (agreements.state, state),
        (agreements.learner_id, learner_id),
        (agreements.memorandum_id, memorandum_id),
    )
    for column, value in filters:
        if value is not None:
            select = select.where(column == value)
    return (await paging.fetch(tx, select, wanted, agreements.id)).map(_learning_agreement)


async def has_overlap(tx: AsyncConnection, terms: Terms, *, besides: UUID) -> bool:
    """Whether another agreement that was not cancelled has the learner do one of the units at the same time.

    The learner's row has to be locked before, so that two agreements at once do not miss each other.
    """
    agreements = LEARNING_AGREEMENTS.c
    others = sa.select(agreements.terms).where(
        agreements.learner_id == terms.learner_id, agreements.id != besides, agreements.state != State.CANCELLED
    )
    return any(terms.overlaps(TERMS.validate_python(other)) for other in await tx.scalars(others))


async def add_learning_agreement(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    await tx.execute(sa.insert(LEARNING_AGREEMENTS).values(_row(agreement)))


async def save_learning_agreement(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    await rows.replace(tx, LEARNING_AGREEMENTS, _row(agreement))


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
        "completed_on": agreement.completed_on,
        "cancelled_because": agreement.cancelled_because,
    }
