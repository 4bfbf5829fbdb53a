"""What goes from a learner's agreements when the learner is erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.erasing import ERASED, without_words
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.store.learning_agreements import save_learning_agreement
from services.agreements.tables import (
    LEARNING_AGREEMENT_CHANGES,
    LEARNING_AGREEMENT_COMMENTS,
    LEARNING_AGREEMENT_VERSIONS,
    LEARNING_AGREEMENTS,
)

AGREEMENTS, CHANGES, VERSIONS = LEARNING_AGREEMENTS.c, LEARNING_AGREEMENT_CHANGES.c, LEARNING_AGREEMENT_VERSIONS.c


async def erase_words(tx: AsyncConnection, agreements: Sequence[LearningAgreement]) -> None:
    """Of these, which are locked: who said something, when and by which code stays."""
    ids = [agreement.id for agreement in agreements]
    for agreement in agreements:
        if (without := without_words(agreement)) != agreement:
            await save_learning_agreement(tx, without)
    for table, words in (
        (LEARNING_AGREEMENT_COMMENTS, {"text": ERASED}),
        (LEARNING_AGREEMENT_CHANGES, {"ending": CHANGES.ending.concat(_nothing("reason"))}),
        (LEARNING_AGREEMENT_VERSIONS, {"reasons": _reasons_without_texts()}),
    ):
        await tx.execute(sa.update(table).where(table.c.learning_agreement_id.in_(ids)).values(words))
    before_endings = sa.and_(AGREEMENTS.id.in_(ids), AGREEMENTS.cancelled_because.is_not(None))
    await tx.execute(sa.update(LEARNING_AGREEMENTS).where(before_endings).values(cancelled_because=ERASED))


def _reasons_without_texts() -> sa.ScalarSelect[list[object]]:
    reason = sa.func.jsonb_array_elements(VERSIONS.reasons, type_=JSONB).column_valued("reason")
    without = sa.func.jsonb_agg(reason.concat(_nothing("text")))
    return sa.select(sa.func.coalesce(without, sa.cast([], JSONB))).scalar_subquery()


def _nothing(name: str) -> sa.Cast[dict[str, None]]:
    return sa.cast({name: None}, JSONB)
