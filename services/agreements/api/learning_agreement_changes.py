from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.agreements import handlers, store
from services.agreements.api.change_bodies import ChangeAnswer, ChangeProposalRequest
from services.agreements.api.fields import ReasonBody, SeenBody
from services.agreements.api.learning_agreement_bodies import LearningAgreementAnswer, answer
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")

Side = Annotated[Principal, allow("learner", "coordinator", "signatory")]


@router.post("/learning-agreements/{learning_agreement_id}/changes")
async def propose_learning_agreement_change(
    learning_agreement_id: UUID,
    body: ChangeProposalRequest,
    caller: Side,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Propose, as the learner, home or host, the whole new content of what is agreed, with a reason for each change.

    What is agreed stays in force until learner, home and host have signed the new content. An open proposal gives way
    to this one, and its signatures are void.
    """
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, caller)
    terms = body.terms(agreement.terms.home_id)
    proposed = await handlers.propose_change(tx, caller, learning_agreement_id, version, terms, body.why())
    return answer(response, proposed)


@router.get("/learning-agreements/{learning_agreement_id}/changes")
async def list_learning_agreement_changes(
    learning_agreement_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[ChangeAnswer]:
    """Every change that was ever proposed, oldest first: what it changes and why, and what became of it.

    The contents themselves stand in `versions`.
    """
    await store.load_learning_agreement(tx, learning_agreement_id, caller)
    found = await store.list_changes(tx, learning_agreement_id, caller, pager.wanted)
    return pager.page(found.map(ChangeAnswer.of))


@router.post("/learning-agreements/{learning_agreement_id}/changes/signatures")
async def sign_learning_agreement_change(
    learning_agreement_id: UUID,
    body: SeenBody,
    caller: Annotated[Principal, allow("learner", "signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Sign exactly the proposed content: the learner, then home, then host; with the last signature it is in force."""
    signed = await handlers.sign_change(tx, caller, learning_agreement_id, version, body.seen())
    return answer(response, signed)


@router.post("/learning-agreements/{learning_agreement_id}/changes/rejection")
async def reject_learning_agreement_change(
    learning_agreement_id: UUID,
    body: ReasonBody,
    caller: Side,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say no to a change that another side proposed: what is agreed stays as it is."""
    dropped = await handlers.reject_change(tx, caller, learning_agreement_id, version, body.reason)
    return answer(response, dropped)


@router.post("/learning-agreements/{learning_agreement_id}/changes/withdrawal")
async def withdraw_learning_agreement_change(
    learning_agreement_id: UUID,
    body: ReasonBody,
    caller: Side,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Take back a change that your side proposed: what is agreed stays as it is."""
    dropped = await handlers.withdraw_change(tx, caller, learning_agreement_id, version, body.reason)
    return answer(response, dropped)
