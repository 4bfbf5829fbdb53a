from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.agreements import handlers, store
from services.agreements.api.fields import ReasonBody
from services.agreements.api.memorandum_bodies import (
    ApprovalRequest,
    MemorandumAnswer,
    MemorandumRequest,
    MemorandumVersionAnswer,
)
from services.agreements.domain.memoranda import Memorandum, State
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("memoranda")

Drafter = Annotated[Principal, allow("coordinator", "signatory")]
Signatory = Annotated[Principal, allow("signatory")]


def _answer(response: Response, memorandum: Memorandum) -> MemorandumAnswer:
    set_etag(response, memorandum.version)
    return MemorandumAnswer.of(memorandum)


@router.post("/memoranda", status_code=201)
async def draft_memorandum(
    body: MemorandumRequest, caller: Drafter, response: Response, tx: Transaction, _: IdempotencyKey
) -> MemorandumAnswer:
    """Draft a memorandum of understanding to which your institution is a party."""
    memorandum = await handlers.draft_memorandum(tx, caller, body.terms(), body.code)
    created(response, f"/v1/memoranda/{memorandum.id}", memorandum.version)
    return MemorandumAnswer.of(memorandum)


@router.get("/memoranda")
async def list_memoranda(
    caller: Caller, tx: Transaction, pager: Paged, state: Annotated[State | None, Query()] = None
) -> Page[MemorandumAnswer]:
    """Those to which your institution is a party; of the drafts, its own."""
    found = await store.list_memoranda(tx, caller, pager.wanted, state=state)
    return pager.page(found.map(MemorandumAnswer.of))


@router.get("/memoranda/{memorandum_id}")
async def get_memorandum(memorandum_id: UUID, caller: Caller, response: Response, tx: Transaction) -> MemorandumAnswer:
    return _answer(response, await store.load_memorandum(tx, memorandum_id, caller))


@router.get("/memoranda/{memorandum_id}/versions")
async def list_memorandum_versions(
    memorandum_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[MemorandumVersionAnswer]:
    """Everything that was ever put to signature, oldest first."""
    versions = await store.list_versions(tx, memorandum_id, caller, pager.wanted)
    return pager.page(versions.map(MemorandumVersionAnswer.of))


@router.put("/memoranda/{memorandum_id}")
async def edit_memorandum(
    memorandum_id: UUID,
    body: MemorandumRequest,
    caller: Drafter,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> MemorandumAnswer:
    """Replace the whole draft, your code included."""
    memorandum = await handlers.edit_memorandum(tx, caller, memorandum_id, version, body.terms(), body.code)
    return _answer(response, memorandum)


@router.delete("/memoranda/{memorandum_id}", status_code=204)
async def delete_memorandum(memorandum_id: UUID, caller: Drafter, version: IfMatch, tx: Transaction) -> None:
    """Delete a draft that was never proposed."""
    await handlers.delete_memorandum(tx, caller, memorandum_id, version)


@router.post("/memoranda/{memorandum_id}/proposals")
async def propose_memorandum(
    memorandum_id: UUID,
    caller: Drafter,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Put the draft to the parties for approval."""
    return _answer(response, await handlers.propose_memorandum(tx, caller, memorandum_id, version))


@router.post("/memoranda/{memorandum_id}/approvals")
async def approve_memorandum(
    memorandum_id: UUID,
    body: ApprovalRequest,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Approve exactly this content for your institution.

    It is in force only once every party has approved. Approving the same content again changes nothing.
    """
    memorandum = await handlers.approve_memorandum(tx, caller, memorandum_id, version, body.seen(), body.code)
    return _answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/rejection")
async def reject_memorandum(
    memorandum_id: UUID,
    body: ReasonBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Say no for your institution, for good."""
    return _answer(response, await handlers.reject_memorandum(tx, caller, memorandum_id, version, body.reason))


@router.post("/memoranda/{memorandum_id}/withdrawal")
async def withdraw_memorandum(
    memorandum_id: UUID,
    body: ReasonBody,
    caller: Drafter,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Take your proposal back."""
    return _answer(response, await handlers.withdraw_memorandum(tx, caller, memorandum_id, version, body.reason))
