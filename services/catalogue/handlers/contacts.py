from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import contacts
from services.catalogue.domain.contacts import Contact, InstitutionContacts
from services.catalogue.domain.institutions import require_unmerged
from services.catalogue.handlers.preconditions import require_its_own
from shared.auth import Principal
from shared.preconditions import require_version


async def give_contacts(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, version: int, given: tuple[Contact, ...]
) -> InstitutionContacts:
    """General information: nobody has to approve it, and no fact is said about it."""
    institution = await store.load_institution(tx, institution_id)
    require_its_own(caller, institution)
    known = await store.load_contacts(tx, institution_id)
    require_version(known.version, version)
    require_unmerged(institution)
    changed = contacts.give(known, given)
    await store.put(tx, changed)
    return changed
