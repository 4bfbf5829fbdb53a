from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import countries
from services.catalogue.domain.countries import CountryStatement
from services.catalogue.handlers.preconditions import require_country
from shared.auth import Principal
from shared.preconditions import require_version


async def state_country(
    tx: AsyncConnection, caller: Principal, country: str, version: int, statement: Mapping[str, str] | None
) -> CountryStatement:
    require_country(caller, country)
    known = await store.load_statement(tx, country)
    require_version(known.version, version)
    stated = countries.state(known, statement)
    await store.put(tx, stated)
    return stated
