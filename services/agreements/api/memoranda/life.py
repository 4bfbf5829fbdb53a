from uuid import UUID

from fastapi import Response

from services.agreements import handlers
from services.agreements.api.fields import ReasonBody
from services.agreements.api.memoranda.callers import Drafter, Signatory, SignatoryOrBody, answer
from services.agreements.api.memorandum_answers import MemorandumAnswer
from services.agreements.api.memorandum_bodies import GeneralInfoBody, ScopeRequest, SuspensionRequest
from shared.entity_tags import IfMatch
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("memoranda")


@router.put("/memoranda/{memorandum_id}/general-info")
async def change_general_info(
    memorandum_id: UUID,
    body: GeneralInfoBody,
    caller: Drafter,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> MemorandumAnswer:
    """Replace what your institution says of itself: web, address, contacts, as coordinator or signatory of a party.

    Nobody has to approve it. What was there before stays in the history.
    """
    memorandum = await handlers.change_general_info(tx, caller, memorandum_id, version, body.info())
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/suspension")
async def suspend_memorandum(
    memorandum_id: UUID,
    body: SuspensionRequest,
    caller: SignatoryOrBody,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Suspend it, or some of its qualifications, as signatory of a party or as competent body of a party's country.

    From now on no new learning agreements and no automatic decisions; running agreements go on. Each side holds its own
    suspension, and it stays suspended as long as one is held.
    """
    memorandum = await handlers.suspend_memorandum(tx, caller, memorandum_id, version, body.reason, body.scope())
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/resumption")
async def resume_memorandum(
    memorandum_id: UUID,
    body: ScopeRequest,
    caller: SignatoryOrBody,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Lift your own suspension, or as competent body one that was made for your country.

    A party cannot lift what a competent body has suspended.
    """
    memorandum = await handlers.resume_memorandum(tx, caller, memorandum_id, version, body.scope())
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/termination")
async def notify_termination(
    memorandum_id: UUID,
    body: ReasonBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Give notice of termination, as signatory of a party.

    It ends after `notice_months` (without it, twelve). Until then it is in force, but for no new agreements; what was
    agreed before goes on even after the end. An open amendment is dropped.
    """
    memorandum = await handlers.notify_termination(tx, caller, memorandum_id, version, body.reason)
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/termination-withdrawal")
async def withdraw_termination(
    memorandum_id: UUID,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Take your notice back before it has taken effect, as signatory of the party that gave it."""
    memorandum = await handlers.withdraw_termination(tx, caller, memorandum_id, version)
    return answer(response, memorandum)
