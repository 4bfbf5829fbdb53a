from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Approval, Ending, Memorandum
from services.agreements.domain.memorandum_terms import Terms, check_writable
from services.agreements.domain.reference import Reference
from services.agreements.domain.revisions import Seen
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.preconditions import own_institution, require_institution, require_version


async def draft_memorandum(tx: AsyncConnection, caller: Principal, terms: Terms, code: str | None) -> Memorandum:
    drafter = own_institution(caller)
    check_writable(terms, drafter, await _reference(tx, terms))
    memorandum = memoranda.draft(ids.new_id(), drafter, terms, code)
    await store.add_memorandum(tx, memorandum)
    return memorandum


async def edit_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, terms: Terms, code: str | None
) -> Memorandum:
    memorandum = await _drafted(tx, caller, memorandum_id, version)
    edited = memoranda.edit(memorandum, terms, code)
    check_writable(terms, memorandum.drafted_by, await _reference(tx, terms))
    await store.save_memorandum(tx, edited)
    return edited


async def delete_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> None:
    memorandum = await _drafted(tx, caller, memorandum_id, version)
    memoranda.check_deletable(memorandum)
    await store.delete_memorandum(tx, memorandum)


async def propose_memorandum(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    memorandum = await _drafted(tx, caller, memorandum_id, version)
    known = await _reference(tx, memorandum.terms)
    proposed = memoranda.propose(memorandum, known.institutions)
    await store.save_memorandum(tx, proposed)
    await store.add_version(tx, proposed, memorandum.drafted_by, clock.now())
    return proposed


async def approve_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, seen: Seen, code: str | None
) -> Memorandum:
    """A party may give its own code along with its approval."""
    memorandum = await _locked(tx, caller, memorandum_id, version)
    known = await _reference(tx, memorandum.terms)
    approval = Approval(own_institution(caller), caller.sub, clock.now())
    approved, facts = memoranda.approve(memorandum, approval, seen, code, known.institutions)
    if approved is not memorandum:
        await store.save_memorandum(tx, approved)
    await outbox.add(tx, facts)
    return approved


async def reject_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str
) -> Memorandum:
    memorandum = await _locked(tx, caller, memorandum_id, version)
    rejected = memoranda.reject(memorandum, Ending(own_institution(caller), reason, clock.now()))
    await store.save_memorandum(tx, rejected)
    return rejected


async def withdraw_memorandum(
    tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, reason: str
) -> Memorandum:
    memorandum = await _drafted(tx, caller, memorandum_id, version)
    withdrawn = memoranda.withdraw(memorandum, Ending(memorandum.drafted_by, reason, clock.now()))
    await store.save_memorandum(tx, withdrawn)
    return withdrawn


async def _locked(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    memorandum = await store.load_memorandum(tx, memorandum_id, caller, for_update=True)
    require_version(memorandum.version, version)
    return memorandum


async def _drafted(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int) -> Memorandum:
    memorandum = await store.load_memorandum(tx, memorandum_id, caller, for_update=True)
    require_institution(caller, memorandum.drafted_by, "the institution that drafted the memorandum")
    require_version(memorandum.version, version)
    return memorandum


async def _reference(tx: AsyncConnection, terms: Terms) -> Reference:
    return await store.load_reference(
        tx,
        institutions=terms.party_ids,
        qualifications={(covered.qualification_id, covered.qualification_version) for covered in terms.qualifications},
    )
