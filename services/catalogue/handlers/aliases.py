from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain.aliases import Alias
from services.catalogue.domain.institutions import Institution, require_unmerged
from services.catalogue.handlers.preconditions import require_country
from shared import ids
from shared.auth import Principal
from shared.preconditions import own_institution, require_version
from shared.problems import Conflict, Forbidden


async def give_alias(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, code: str, scheme: str | None
) -> Alias:
    institution = await store.load_institution(tx, institution_id)
    alias = _of_scheme(caller, institution, code, scheme) if scheme else await _own(tx, caller, institution, code)
    require_unmerged(institution)
    # For the sake of a clear answer; two at the same moment are kept apart by the table's constraints.
    if holder := await store.find_holder(tx, alias):
        raise Conflict(f"{code} is the code of institution {holder} already.")
    await store.add(tx, alias)
    return alias


async def remove_alias(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, alias_id: UUID, version: int
) -> None:
    alias = await store.load_alias(tx, institution_id, alias_id, caller)
    if alias.country:
        require_country(caller, alias.country)
    require_version(alias.version, version)
    await store.remove_alias(tx, alias)


async def _own(tx: AsyncConnection, caller: Principal, institution: Institution, code: str) -> Alias:
    giver = await store.find_institution(tx, own_institution(caller))
    if giver is None:
        raise Forbidden("Your own institution is not registered.")
    return Alias(
        alias_id=ids.new_id(),
        version=1,
        institution_id=institution.institution_id,
        code=code,
        scheme=None,
        given_by=giver.institution_id,
        country=None,
    )


def _of_scheme(caller: Principal, institution: Institution, code: str, scheme: str) -> Alias:
    require_country(caller, institution.country)
    return Alias(
        alias_id=ids.new_id(),
        version=1,
        institution_id=institution.institution_id,
        code=code,
        scheme=scheme,
        given_by=None,
        country=institution.country,
    )
