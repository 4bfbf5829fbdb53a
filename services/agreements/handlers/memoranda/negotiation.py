from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum, Override
from services.agreements.domain.memorandum_checks import check_writable
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Seen
from services.agreements.handlers.memoranda.duplicates import check_renewal, check_written
from services.agreements.handlers.memoranda.keeping import keep, opened
from shared.auth import Principal


async def counter_propose_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, terms: Terms, override: Override | None
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version, terms)
    check_writable(terms, scene.actor.institution_id, scene.known)
    memorandum, institutions = scene.memorandum, scene.known.institutions
    taken = memoranda.counter_propose(memorandum, terms, override, scene.actor, institutions, scene.at)
    await check_renewal(tx, caller, terms)
    await check_written(tx, caller, memorandum_id, terms, override, instead_of=memorandum.terms)
    return await keep(tx, scene.memorandum, taken)


async def approve_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, seen: Seen, code: str | None
) -> Memorandum:
    """A party may give its own code along with its approval."""
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.approve(scene.memorandum, scene.actor, seen, code, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken) if taken else scene.memorandum


async def reject_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.reject(scene.memorandum, scene.actor, reason, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)


async def withdraw_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.withdraw(scene.memorandum, scene.actor, reason, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)
