from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.agreements import handlers, store
from services.agreements.api.fields import ReasonBody, SeenBody
from services.agreements.api.learning_agreement_bodies import (
    ChangeRequestAnswer,
    ChangeRequestRequest,
    LearningAgreementAnswer,
    answer,
)
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")

Coordinator = Annotated[Principal, allow("coordinator")]
Signatory = Annotated[Principal, allow("signatory")]
AnyStaff = Annotated[Principal, allow("coordinator", "signatory")]


@router.post("/learning-agreements/{learning_agreement_id}/signatures")
async def sign_learning_agreement(
    learning_agreement_id: UUID,
    body: SeenBody,
    caller: Annotated[Principal, allow("learner", "signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Sign exactly this content: first the learner, then a signatory of the home institution.

    For a learner who is a minor, the guardian signs in between, through a signing link. With the learner's signature
    the content is kept for life. Home's rests on a memorandum that is open, covers everything and names who acts.
    """
    agreement = await handlers.sign_learning_agreement(tx, caller, learning_agreement_id, version, body.seen())
    return answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/approval")
async def approve_learning_agreement(
    learning_agreement_id: UUID,
    body: SeenBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Approve exactly this content for the hosting institution, the last of the three: now it is agreed."""
    agreement = await handlers.approve_learning_agreement(tx, caller, learning_agreement_id, version, body.seen())
    return answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/change-requests")
async def request_learning_agreement_changes(
    learning_agreement_id: UUID,
    body: ChangeRequestRequest,
    caller: AnyStaff,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say as the hosting institution what you want otherwise in exactly this content, instead of approving it.

    Home then edits it, which gives the next `content_version`, or withdraws it. What you say is kept until the learner
    is erased.
    """
    requested = await handlers.request_changes(tx, caller, learning_agreement_id, version, body.seen(), body.text)
    return answer(response, requested)


@router.get("/learning-agreements/{learning_agreement_id}/change-requests")
async def list_learning_agreement_change_requests(
    learning_agreement_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[ChangeRequestAnswer]:
    """Everything that the host ever wanted otherwise before it approved, oldest first."""
    await store.load_learning_agreement(tx, learning_agreement_id, caller)
    found = await store.list_change_requests(tx, learning_agreement_id, caller, pager.wanted)
    return pager.page(found.map(ChangeRequestAnswer.model_validate))


@router.post("/learning-agreements/{learning_agreement_id}/rejection")
async def reject_learning_agreement(
    learning_agreement_id: UUID,
    body: ReasonBody,
    caller: Signatory,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say no for the hosting institution, for good, to what home has signed."""
    agreement = await handlers.reject_learning_agreement(tx, caller, learning_agreement_id, version, body.reason)
    return answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/withdrawal")
async def withdraw_learning_agreement(
    learning_agreement_id: UUID,
    body: ReasonBody,
    caller: AnyStaff,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Take back, as the home institution, what you have signed and the host has not approved."""
    agreement = await handlers.withdraw_learning_agreement(tx, caller, learning_agreement_id, version, body.reason)
    return answer(response, agreement)
