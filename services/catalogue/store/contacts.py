from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.contacts import InstitutionContacts, none_yet
from services.catalogue.store.institutions import load_institution
from services.catalogue.tables import INSTITUTION_CONTACTS

ROW = TypeAdapter(InstitutionContacts)


async def load_contacts(tx: AsyncConnection, institution_id: UUID) -> InstitutionContacts:
    """Whoever calls, as long as they have signed in."""
    select = sa.select(INSTITUTION_CONTACTS).where(INSTITUTION_CONTACTS.c.institution_id == institution_id)
    if row := (await tx.execute(select)).one_or_none():
        return ROW.validate_python(row._asdict())
    return none_yet(await load_institution(tx, institution_id))
