"""The changes that were proposed of what was agreed: what they change, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.changes import Difference
from services.agreements.domain.changing import ChangeEnding, Outcome
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.store.learning_agreement_history import LearningAgreementVersion, select_versions, version_of
from services.agreements.tables import LEARNING_AGREEMENT_CHANGES, LEARNING_AGREEMENT_VERSIONS, LEARNING_AGREEMENTS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice

AGREEMENTS, CHANGES, VERSIONS = LEARNING_AGREEMENTS.c, LEARNING_AGREEMENT_CHANGES.c, LEARNING_AGREEMENT_VERSIONS.c
DIFFERENCES, ENDING = TypeAdapter(tuple[Difference, ...]), TypeAdapter(ChangeEnding | None)


@dataclass(frozen=True)
class ProposedChange:
    content: LearningAgreementVersion
    """What was put to signature, by whom and for which reasons."""
    instead_of: int
    """The `content_version` that was in force."""
    differences: Sequence[Difference]
    ending: ChangeEnding | None
    """None as long as it is open."""


async def last_content_version(tx: AsyncConnection, agreement: LearningAgreement) -> int:
    """The highest number that was ever put to signature; the agreement has to be locked."""
    select = sa.select(sa.func.max(VERSIONS.content_version)).where(VERSIONS.learning_agreement_id == agreement.id)
    return await tx.scalar(select) or agreement.revision.number


async def add_change(tx: AsyncConnection, agreement: LearningAgreement, differences: Sequence[Difference]) -> None:
    """The agreement's proposal, whose content has been kept already."""
    if agreement.proposal is None:
        raise ValueError("nothing is proposed")
    values = {
        "learning_agreement_id": agreement.id,
        "content_version": agreement.proposal.revision.number,
        "instead_of": agreement.revision.number,
        "differences": to_jsonable_python(differences),
    }
    await tx.execute(sa.insert(LEARNING_AGREEMENT_CHANGES).values(values))


async def end_change(tx: AsyncConnection, learning_agreement_id: UUID, ending: ChangeEnding) -> None:
    """Say what became of the open one; the agreement, which is locked, keeps it for counting."""
    this = sa.and_(CHANGES.learning_agreement_id == learning_agreement_id, CHANGES.ending.is_(None))
    await tx.execute(sa.update(LEARNING_AGREEMENT_CHANGES).where(this).values(ending=to_jsonable_python(ending)))
    agreed = sa.literal(ending.outcome is Outcome.AGREED)
    counted = {"last_change": ending.outcome, "changed": sa.or_(AGREEMENTS.changed, agreed)}
    of_agreement = AGREEMENTS.id == learning_agreement_id
    await tx.execute(sa.update(LEARNING_AGREEMENTS).where(of_agreement).values(counted))


async def list_changes(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[ProposedChange]:
    """Oldest first."""
    both = sa.and_(
        CHANGES.learning_agreement_id == VERSIONS.learning_agreement_id,
        CHANGES.content_version == VERSIONS.content_version,
    )
    more = CHANGES.instead_of, CHANGES.differences, CHANGES.ending
    select = select_versions(learning_agreement_id, principal).add_columns(*more).join(LEARNING_AGREEMENT_CHANGES, both)
    return (await paging.fetch(tx, select, wanted, VERSIONS.content_version)).map(_change)


def _change(row: sa.Row[Any]) -> ProposedChange:
    return ProposedChange(
        content=version_of(row),
        instead_of=row.instead_of,
        differences=DIFFERENCES.validate_python(row.differences),
        ending=ENDING.validate_python(row.ending),
    )
