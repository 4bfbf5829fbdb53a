from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain.contacts import SideContacts
from services.agreements.domain.learning_agreements import LearningAgreement, with_contacts
from services.agreements.handlers.frames import locked, side_of
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.problems import Forbidden


async def change_contacts(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, contacts: SideContacts
) -> LearningAgreement:
    """The caller's own side's; nobody signs again, and who did it when is kept."""
    agreement = await locked(tx, caller, learning_agreement_id, version)
    side = side_of(caller, agreement)
    if side is Side.LEARNER:
        raise Forbidden("Only the home and the hosting institution may do this.")
    changed = with_contacts(agreement, side, contacts)
    await store.save_learning_agreement(tx, changed)
    await store.note_contacts(tx, changed, side, contacts)
    return changed
