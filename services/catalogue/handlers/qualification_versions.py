"""From one published version of a qualification to the next; `qualifications` publishes it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import qualifications
from services.catalogue.domain.qualifications import Qualification
from services.catalogue.handlers.qualifications import load_own_qualification
from shared.auth import Principal


async def open_next_version(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int
) -> Qualification:
    """Of two at the same time the later one finds the other's draft, whose version is not the one it means."""
    latest = await store.lock_latest_version(tx, qualification_id, caller)
    published = await load_own_qualification(tx, caller, qualification_id, version)
    draft = qualifications.revise(published, latest)
    await store.save(tx, draft)
    return draft


async def withdraw_draft(tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int) -> Qualification:
    """What was published stays as everybody knows it, and is the answer."""
    draft = await load_own_qualification(tx, caller, qualification_id, version)
    published = await store.find_published(tx, qualification_id)
    await store.save(tx, qualifications.withdraw_draft(draft, published))
    return await store.load_qualification(tx, qualification_id, caller)
