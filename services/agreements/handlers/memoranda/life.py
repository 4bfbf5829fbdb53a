"""While it is in force: contacts, suspensions, notices."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import GeneralInfo, Memorandum
from services.agreements.domain.memoranda.suspensions import Scope
from services.agreements.handlers.memoranda.keeping import keep, opened
from shared.auth import Principal


async def change_general_info(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, info: GeneralInfo
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.change_general_info(scene.memorandum, scene.actor, info, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)


async def suspend_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str, scope: Scope
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.suspend(scene.memorandum, scene.actor, reason, scope, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)


async def resume_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, scope: Scope
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.resume(scene.memorandum, scene.actor, scope, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)


async def notify_termination(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str
) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.notify_termination(scene.memorandum, scene.actor, reason, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)


async def withdraw_termination(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    taken = memoranda.withdraw_termination(scene.memorandum, scene.actor, scene.known.institutions, scene.at)
    return await keep(tx, scene.memorandum, taken)
