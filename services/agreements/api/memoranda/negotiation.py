from uuid import UUID

from fastapi import Response

from services.agreements import handlers
from services.agreements.api.fields import ReasonBody
from services.agreements.api.memoranda.callers import Drafter, Signatory, answer
from services.agreements.api.memorandum_answers import MemorandumAnswer
from services.agreements.api.memorandum_bodies import ApprovalRequest, ProposedTermsRequest
from shared.entity_tags import IfMatch
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("memoranda")


@router.post("/memoranda/{memorandum_id}/counter-proposals")
async def counter_propose_memorandum(
    memorandum_id: UUID,
    body: ProposedTermsRequest,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Put other terms to signature, as signatory of a party that did not propose the present ones.

    The new content has the next `content_version`, and approvals of the one before are void; see `versions` for what
    has changed. Where these terms, other than the ones before, are like another memorandum, `duplicate_because` says
    why there have to be both, as in a draft.
    """
    memorandum = await handlers.counter_propose_memorandum(
        tx, caller, memorandum_id, version, body.terms(), body.override()
    )
    return answer(response, memorandum)


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

    It is in force only once every party has approved. Approving the same content again changes nothing; an approval of
    a content that is not the present one any more is refused with `stale-approval`.
    """
    memorandum = await handlers.approve_memorandum(tx, caller, memorandum_id, version, body.seen(), body.code)
    return answer(response, memorandum)


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
    """Say no for your institution, for good, as signatory of a party."""
    memorandum = await handlers.reject_memorandum(tx, caller, memorandum_id, version, body.reason)
    return answer(response, memorandum)


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
    """Take your proposal back, as the party that put the present content to signature: the memorandum ends."""
    memorandum = await handlers.withdraw_memorandum(tx, caller, memorandum_id, version, body.reason)
    return answer(response, memorandum)
