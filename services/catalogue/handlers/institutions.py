from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import institutions
from services.catalogue.domain.institutions import Institution, InstitutionProfile
from services.catalogue.handlers.preconditions import require_country
from shared import ids, outbox
from shared.auth import Principal
from shared.preconditions import require_version
from shared.problems import Conflict


async def register_institution(tx: AsyncConnection, caller: Principal, profile: InstitutionProfile) -> Institution:
    require_country(caller, profile.country)
    institution, facts = institutions.register(profile, ids.new_id())
    await _require_free_oid(tx, institution)
    await _refuse_duplicate(tx, institution)
    await store.add(tx, institution)
    await outbox.add(tx, facts)
    return institution


async def change_institution(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, version: int, profile: InstitutionProfile
) -> Institution:
    institution = await store.load_institution(tx, institution_id)
    require_country(caller, institution.country)
    require_version(institution.version, version)
    changed, facts = institutions.change(institution, profile)
    await _require_free_oid(tx, changed)
    if (changed.name_key, changed.pic) != (institution.name_key, institution.pic):
        await _refuse_duplicate(tx, changed)
    await store.save(tx, changed)
    await outbox.add(tx, facts)
    return changed


async def merge_institution(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, version: int, *, into_id: UUID, reason: str
) -> Institution:
    """Its aliases and those of what was merged into it before count for the survivor from now on."""
    duplicate = await store.load_institution(tx, institution_id)
    require_country(caller, duplicate.country)
    require_version(duplicate.version, version)
    await store.lock_institutions(tx, duplicate.country)
    survivor = await store.find_survivor(tx, into_id)
    merged_before = await store.find_merged_into(tx, institution_id)
    changed, facts = institutions.merge(duplicate, survivor, merged_before, reason)
    for one in changed:
        await store.save(tx, one)
    await outbox.add(tx, facts)
    return changed[0]


async def _require_free_oid(tx: AsyncConnection, institution: Institution) -> None:
    """For the sake of a clear answer; two at the same moment are kept apart by the table's constraint."""
    if institution.oid and await store.is_oid_taken(tx, institution.oid, by_other_than=institution.institution_id):
        raise Conflict(f"Another institution is registered with the OID {institution.oid}.")


async def _refuse_duplicate(tx: AsyncConnection, institution: Institution) -> None:
    await store.lock_institutions(tx, institution.country, institution.pic)
    institutions.refuse_duplicate(institution, await store.find_similar(tx, institution))
