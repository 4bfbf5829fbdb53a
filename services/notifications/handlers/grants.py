from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain import grants
from services.notifications.domain.grants import Grant
from shared import clock, ids
from shared.auth import Principal
from shared.preconditions import own_institution, require_version
from shared.problems import Forbidden


async def grant_scope(
    tx: AsyncConnection, caller: Principal, grantee_id: UUID, country: str | None, qualification_ids: frozenset[UUID]
) -> Grant:
    """Let somebody hear about the caller's institution; or, as the competent body of a country, about it."""
    granted = Grant(
        id=ids.new_id(),
        grantee_id=grantee_id,
        institution_id=None if country else own_institution(caller),
        country=country,
        qualification_ids=qualification_ids,
        granted_at=clock.now(),
    )
    _require_granter(caller, granted)
    await store.add_grant(tx, granted)
    return granted


async def change_grant(
    tx: AsyncConnection, caller: Principal, grant_id: UUID, version: int, qualification_ids: frozenset[UUID]
) -> Grant:
    """From now on it is for these qualifications, also for what is queued."""
    changed = grants.change(await _to_change(tx, caller, grant_id, version), qualification_ids)
    await store.save_grant(tx, changed)
    return changed


async def withdraw_grant(tx: AsyncConnection, caller: Principal, grant_id: UUID, version: int) -> Grant:
    """Nothing more of it is heard, not even what is queued."""
    withdrawn = grants.withdraw(await _to_change(tx, caller, grant_id, version))
    await store.save_grant(tx, withdrawn)
    return withdrawn


async def _to_change(tx: AsyncConnection, caller: Principal, grant_id: UUID, version: int) -> Grant:
    # Read first without a lock: who may only see it may not lock it either.
    _require_granter(caller, await store.load_grant(tx, grant_id, caller))
    grant = await store.load_grant(tx, grant_id, caller, for_update=True)
    require_version(grant.version, version)
    return grant


def _require_granter(caller: Principal, grant: Grant) -> None:
    if grant.country:
        if "competent_body" not in caller.roles or grant.country not in caller.countries:
            raise Forbidden(f"Only the competent body of {grant.country} grants this.")
    elif "signatory" not in caller.roles or grant.institution_id != caller.org:
        raise Forbidden("Only a signatory of the institution grants this.")
