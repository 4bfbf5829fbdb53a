from uuid import UUID

from fastapi import Response

from services.agreements import handlers
from services.agreements.api.memoranda.callers import Drafter, answer
from services.agreements.api.memorandum_answers import MemorandumAnswer
from services.agreements.api.memorandum_bodies import MemorandumRequest
from shared.entity_tags import IfMatch, created
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("memoranda")


@router.post("/memoranda", status_code=201)
async def draft_memorandum(
    body: MemorandumRequest, caller: Drafter, response: Response, tx: Transaction, _: IdempotencyKey
) -> MemorandumAnswer:
    """Draft a memorandum of understanding to which your institution is a party, as coordinator or signatory.

    Only you see it until you propose it. If there is one like it that has not ended (same parties, a common
    qualification, overlapping time), the answer names it: amend that one, renew it from its end on (`renews_id`), or
    say in `duplicate_because` why there has to be another.
    """
    memorandum = await handlers.draft_memorandum(tx, caller, body.terms(), body.code, body.override())
    created(response, f"/v1/memoranda/{memorandum.id}", memorandum.version)
    return MemorandumAnswer.of(memorandum)


@router.put("/memoranda/{memorandum_id}")
async def edit_memorandum(
    memorandum_id: UUID,
    body: MemorandumRequest,
    caller: Drafter,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> MemorandumAnswer:
    """Replace your whole draft, your code included."""
    memorandum = await handlers.edit_memorandum(
        tx, caller, memorandum_id, version, body.terms(), body.code, body.override()
    )
    return answer(response, memorandum)


@router.delete("/memoranda/{memorandum_id}", status_code=204)
async def delete_memorandum(memorandum_id: UUID, caller: Drafter, version: IfMatch, tx: Transaction) -> None:
    """Delete your draft that was never proposed."""
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
    """Put your draft to all parties for approval: now they see it, and so do competent bodies of their countries."""
    return answer(response, await handlers.propose_memorandum(tx, caller, memorandum_id, version))
