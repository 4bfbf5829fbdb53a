from uuid import UUID

from fastapi import Response

from services.agreements import handlers
from services.agreements.api.fields import ReasonBody
from services.agreements.api.memoranda.callers import Signatory, answer
from services.agreements.api.memorandum_answers import MemorandumAnswer
from services.agreements.api.memorandum_bodies import ApprovalRequest, ProposedTermsRequest
from shared.entity_tags import IfMatch
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("memoranda")


@router.post("/memoranda/{memorandum_id}/amendments")
async def propose_amendment(
    memorandum_id: UUID,
    body: ProposedTermsRequest,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Put changed terms to signature, as signatory of a party, while the ones in force stay in force.

    It takes the approval of all parties, those who come and those who go included (`amendment.needs`); where only
    entries of qualifications change, that of the signatories named for these. There is one amendment at a time. Where
    the changed terms, other than the ones in force, are like another memorandum, `duplicate_because` says why there
    have to be both.
    """
    memorandum = await handlers.propose_amendment(tx, caller, memorandum_id, version, body.terms(), body.override())
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/amendments/approvals")
async def approve_amendment(
    memorandum_id: UUID,
    body: ApprovalRequest,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Approve exactly this amendment, as signatory of a party whose approval it needs.

    With the last approval it is in force instead of the present content. Approving it again changes nothing.
    """
    memorandum = await handlers.approve_amendment(tx, caller, memorandum_id, version, body.seen(), body.code)
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/amendments/rejection")
async def reject_amendment(
    memorandum_id: UUID,
    body: ReasonBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Say no to the amendment, as signatory of a party whose approval it needs: it is dropped, nothing has changed."""
    memorandum = await handlers.reject_amendment(tx, caller, memorandum_id, version, body.reason)
    return answer(response, memorandum)


@router.post("/memoranda/{memorandum_id}/amendments/withdrawal")
async def withdraw_amendment(
    memorandum_id: UUID,
    body: ReasonBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> MemorandumAnswer:
    """Take back the amendment that you proposed: it is dropped, and nothing has changed."""
    memorandum = await handlers.withdraw_amendment(tx, caller, memorandum_id, version, body.reason)
    return answer(response, memorandum)
