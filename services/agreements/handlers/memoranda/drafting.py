from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum, Override
from services.agreements.domain.memorandum_checks import check_writable
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.reference import Reference, unknown
from services.agreements.handlers.memoranda.keeping import actor_of, keep, opened, reference
from shared import clock, ids
from shared.auth import Principal
from shared.preconditions import own_institution
from shared.problems import DuplicateAgreement, NotFound, Validation, invalid


async def draft_memorandum(
    tx: AsyncConnection, caller: Principal, terms: Terms, code: str | None, override: Override | None
) -> Memorandum:
    id_, known = ids.new_id(), await reference(tx, terms)
    await _check(tx, caller, id_, terms, override, known)
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
    await _check(tx, caller, memorandum_id, terms, override, scene.known)
    return await keep(tx, scene.memorandum, taken)


async def delete_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> None:
    scene = await opened(tx, caller, memorandum_id, version)
    memoranda.check_deletable(scene.memorandum, scene.actor, scene.at)
    await store.delete_memorandum(tx, scene.memorandum)


async def propose_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    scene = await opened(tx, caller, memorandum_id, version)
    memorandum = scene.memorandum
    taken = memoranda.propose(memorandum, scene.actor, scene.known.institutions, scene.at)
    await _check_renewal(tx, caller, memorandum.terms)
    await _check_only_one(tx, caller, memorandum_id, memorandum.terms, memorandum.override)
    return await keep(tx, memorandum, taken)


async def _check(
    tx: AsyncConnection,
    caller: Principal,
    memorandum_id: UUID,
    terms: Terms,
    override: Override | None,
    known: Reference,
) -> None:
    check_writable(terms, own_institution(caller), known)
    await _check_renewal(tx, caller, terms)
    other = await _check_only_one(tx, caller, memorandum_id, terms, override)
    if override and override.duplicate_of != other:
        raise invalid("/duplicate_of", "no_duplicate", "This is not a memorandum like it that has not ended.")


async def _check_renewal(tx: AsyncConnection, caller: Principal, terms: Terms) -> None:
    if terms.renews_id is None:
        return
    try:
        renewed = await store.load_memorandum(tx, terms.renews_id, caller)
    except NotFound as error:
        raise Validation([unknown("/renews_id", "memorandum")]) from error
    memoranda.check_renewal(terms, renewed)


async def _check_only_one(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, terms: Terms, override: Override | None
) -> UUID | None:
    """The one like it, if the caller wants another all the same and has said why (domain.md 3.7, #113)."""
    meant = override.duplicate_of if override else None
    other = await store.find_duplicate(tx, terms, caller, besides=memorandum_id, preferred=meant)
    if other is not None and other != meant:
        raise DuplicateAgreement(
            f"Memorandum {other} is between the same parties, for one of these qualifications, at the same time. "
            "Amend or renew it; or name it as `duplicate_of` and say why there has to be another.",
            memorandum_id=str(other),
        )
    return other
