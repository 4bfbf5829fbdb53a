"""Learning agreements as they were heard, with what their memorandum says about assessing."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.store.parties import agreement_seen
from services.assessment.tables import LEARNING_AGREEMENTS, MEMORANDA
from shared import rows
from shared.auth import Principal

AGREEMENT = TypeAdapter(LearningAgreement)

COLUMNS = (
    LEARNING_AGREEMENTS.c.id.label("agreement_id"),
    LEARNING_AGREEMENTS.c.learner_id,
    LEARNING_AGREEMENTS.c.home_id,
    LEARNING_AGREEMENTS.c.host_id,
    LEARNING_AGREEMENTS.c.content_version,
    LEARNING_AGREEMENTS.c.outcomes,
    LEARNING_AGREEMENTS.c.transcript_policy,
    LEARNING_AGREEMENTS.c.starts_on,
    LEARNING_AGREEMENTS.c.ends_on,
    LEARNING_AGREEMENTS.c.started_on,
    LEARNING_AGREEMENTS.c.completed_on,
    LEARNING_AGREEMENTS.c.cancelled_on,
    LEARNING_AGREEMENTS.c.plan,
    MEMORANDA.c.two_person_rule,
    MEMORANDA.c.assesses[LEARNING_AGREEMENTS.c.qualification_id.cast(sa.Text)].label("assesses"),
)
WITH_MEMORANDUM = LEARNING_AGREEMENTS.outerjoin(MEMORANDA, MEMORANDA.c.id == LEARNING_AGREEMENTS.c.memorandum_id)
SELECT: sa.Select[Any] = (
    sa.select(*COLUMNS).select_from(WITH_MEMORANDUM).where(LEARNING_AGREEMENTS.c.content_version.is_not(None))
)


async def load_agreement(tx: AsyncConnection, id_: UUID, principal: Principal) -> LearningAgreement:
    """An agreement that is agreed; `NotFound` also while only its start has been heard of."""
    this = LEARNING_AGREEMENTS.c.id == id_
    return agreement_of(await rows.only(tx, SELECT.where(this, agreement_seen(principal))))


async def load_agreements(
    tx: AsyncConnection, ids: Collection[UUID], principal: Principal
) -> dict[UUID, LearningAgreement]:
    """Those of them that are agreed and that the caller sees, by id."""
    found = await tx.execute(SELECT.where(LEARNING_AGREEMENTS.c.id.in_(ids), agreement_seen(principal)))
    return {row.agreement_id: agreement_of(row) for row in found}


def agreement_of(row: sa.Row[Any]) -> LearningAgreement:
    return AGREEMENT.validate_python(row._asdict() | {"id": row.agreement_id})
