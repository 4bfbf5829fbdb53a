"""Who gave other contacts and when; what they were is personal data and not kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.contacts import SideContacts
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.store.learning_agreement_visibility import kept_of
from services.agreements.tables import LEARNING_AGREEMENT_CONTACT_CHANGES
from shared import paging
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.paging import PageRequest, Slice


@dataclass(frozen=True)
class ContactChange:
    """That one side gave other contacts."""

    version: int
    """Of the agreement, after it."""
    side: Side
    changed_by: str
    """`sub` of whose token it was."""
    changed_at: datetime


CONTACT_CHANGE = TypeAdapter(ContactChange)


async def note_contacts(tx: AsyncConnection, agreement: LearningAgreement, side: Side, given: SideContacts) -> None:
    """That they were changed, by whom and when; not what they were."""
    values = {
        "learning_agreement_id": agreement.id,
        "version": agreement.version,
        "side": side,
        "changed_by": given.changed_by,
        "changed_at": given.changed_at,
    }
    await tx.execute(sa.insert(LEARNING_AGREEMENT_CONTACT_CHANGES).values(values))


async def list_contact_changes(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[ContactChange]:
    """Oldest first."""
    changes = LEARNING_AGREEMENT_CONTACT_CHANGES.c
    of_agreement = kept_of(changes.learning_agreement_id, learning_agreement_id, principal)
    select = sa.select(LEARNING_AGREEMENT_CONTACT_CHANGES).where(of_agreement)
    return (await paging.fetch(tx, select, wanted, changes.version)).map(_contact_change)


def _contact_change(row: sa.Row[Any]) -> ContactChange:
    return CONTACT_CHANGE.validate_python(row._asdict())
