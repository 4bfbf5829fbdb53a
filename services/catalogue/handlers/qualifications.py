from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import publication, qualifications
from services.catalogue.domain.entries import UnitEntry
from services.catalogue.domain.qualifications import Qualification, QualificationDescription
from shared import ids, outbox
from shared.auth import Principal
from shared.preconditions import require_institution, require_version


async def draft_qualification(
    tx: AsyncConnection, caller: Principal, description: QualificationDescription, units: Sequence[UnitEntry]
) -> Qualification:
    owner = await store.find_institution(tx, caller.org)
    qualification = qualifications.draft(description, units, owner=owner, ids=iter(ids.new_id, None))
    await store.add(tx, qualification)
    return qualification


async def edit_qualification(
    tx: AsyncConnection,
    caller: Principal,
    qualification_id: UUID,
    version: int,
    description: QualificationDescription,
    units: Sequence[UnitEntry],
) -> Qualification:
    qualification = await _load_own(tx, caller, qualification_id, version)
    edited = qualifications.edit(qualification, description, units, ids=iter(ids.new_id, None))
    await store.save(tx, edited)
    return edited


async def publish_qualification(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int
) -> Qualification:
    qualification = await _load_own(tx, caller, qualification_id, version)
    awarding_body = await store.find_institution(tx, qualification.awarding_body_id)
    published, facts = publication.publish(qualification, awarding_body)
    await store.save(tx, published)
    await outbox.add(tx, facts)
    return published


async def _load_own(tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int) -> Qualification:
    qualification = await store.load_qualification(tx, qualification_id, caller)
    require_institution(caller, qualification.owner_id, "the institution that drafted the qualification")
    require_version(qualification.version, version)
    return qualification
