from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum, Override
from services.agreements.domain.memorandum_checks import check_writable
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.handlers.memoranda.duplicates import check_only_one, check_renewal, check_written
from services.agreements.handlers.memoranda.keeping import actor_of, keep, opened, reference
from shared import clock, ids
from shared.auth import Principal
from shared.preconditions import own_institution


async def draft_memorandum(
    tx: AsyncConnection, caller: Principal, terms: Terms, code: str | None, override: Override | None
) -> Memorandum:
    id_, known = ids.new_id(), await reference(tx, terms)
    check_writable(terms, own_institution(caller), known)
    await check_renewal(tx, caller, terms)
    await check_written(tx, caller, id_, terms, override)
    taken = memoranda.draft(id_, terms, code, override, actor_of(caller), known.institutions, clock.now())
    await store.add_memorandum(tx, taken.memorandum)
    await store.add_history(tx, taken)
    return taken.memorandum


async def edit_memorandum(
    tx: AsyncConnection,
    caller: Principal,
    memorandum_id: UUID,
    version: int,
    terms: Terms,
    code: str | None,
    override: Override | None,
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version, terms)
    taken = memoranda.edit(scene.memorandum, terms, code, override, scene.actor, scene.known.institutions, scene.at)
    check_writable(terms, own_institution(caller), scene.known)
    await check_renewal(tx, caller, terms)
    await check_written(tx, caller, memorandum_id, terms, override)
    return await keep(tx, scene.memorandum, taken)


async def delete_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> None:
    scene = await opened(tx, caller, memorandum_id, version)
    memoranda.check_deletable(scene.memorandum, scene.actor, scene.at)
    await store.delete_memorandum(tx, scene.memorandum)


async def propose_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    memorandum = scene.memorandum
    taken = memoranda.propose(memorandum, scene.actor, scene.known.institutions, scene.at)
    await check_renewal(tx, caller, memorandum.terms)
    await check_only_one(tx, caller, memorandum_id, memorandum.terms, memorandum.override)
    return await keep(tx, memorandum, taken)
