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
    await store.save(tx, changed)
    await outbox.add(tx, facts)
    return changed


async def _require_free_oid(tx: AsyncConnection, institution: Institution) -> None:
    """For the sake of a clear answer; two at the same moment are kept apart by the table's constraint."""
    if institution.oid and await store.is_oid_taken(tx, institution.oid, by_other_than=institution.institution_id):
        raise Conflict(f"Another institution is registered with the OID {institution.oid}.")
