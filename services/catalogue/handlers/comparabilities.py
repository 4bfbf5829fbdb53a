from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import comparabilities
from services.catalogue.domain.comparabilities import Comparability, ComparabilityStatement
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.preconditions import own_institution, require_institution, require_version


async def declare_comparability(
    tx: AsyncConnection, caller: Principal, statement: ComparabilityStatement
) -> Comparability:
    others = await store.lock_comparabilities_of(tx, statement)
    comparability, facts = comparabilities.declare(
        statement,
        home=await store.find_published(tx, statement.home_qualification_id),
        host=await store.find_published(tx, statement.host_qualification_id),
        declared_by=own_institution(caller),
        comparability_id=ids.new_id(),
        others=others,
    )
    await store.add(tx, comparability)
    await outbox.add(tx, facts)
    return comparability


async def withdraw_comparability(
    tx: AsyncConnection, caller: Principal, comparability_id: UUID, version: int
) -> Comparability:
    comparability = await store.load_comparability(tx, comparability_id)
    require_institution(caller, comparability.declared_by, "the institution that declared it")
    require_version(comparability.version, version)
    withdrawn, facts = comparabilities.withdraw(comparability, clock.now())
    await store.save(tx, withdrawn)
    await outbox.add(tx, facts)
    return withdrawn
