from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.agreements import handlers, store
from services.agreements.api.fields import ReasonBody, SeenBody
from services.agreements.api.learning_agreement_bodies import (
    CompletionRequest,
    LearningAgreementAnswer,
    LearningAgreementRequest,
    StartRequest,
)
from services.agreements.domain.learning_agreements import LearningAgreement, State
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.preconditions import own_institution
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")

Coordinator = Annotated[Principal, allow("coordinator")]
Signatory = Annotated[Principal, allow("signatory")]


def _answer(response: Response, agreement: LearningAgreement) -> LearningAgreementAnswer:
    set_etag(response, agreement.version)
    return LearningAgreementAnswer.of(agreement)


@router.post("/learning-agreements", status_code=201)
async def draft_learning_agreement(
    body: LearningAgreementRequest, caller: Coordinator, response: Response, tx: Transaction, _: IdempotencyKey
) -> LearningAgreementAnswer:
    """Draft an agreement for a learner of your institution."""
    agreement = await handlers.draft_learning_agreement(tx, caller, body.terms(own_institution(caller)))
    created(response, f"/v1/learning-agreements/{agreement.id}", agreement.version)
    return LearningAgreementAnswer.of(agreement)


@router.get("/learning-agreements")
async def list_learning_agreements(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    state: Annotated[State | None, Query()] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
    memorandum_id: Annotated[UUID | None, Query()] = None,
) -> Page[LearningAgreementAnswer]:
    """Those in which your institution is home or host, or you are the learner."""
    found = await store.list_learning_agreements(
        tx, caller, pager.wanted, state=state, learner_id=learner_id, memorandum_id=memorandum_id
    )
    return pager.page(found.map(LearningAgreementAnswer.of))


@router.get("/learning-agreements/{learning_agreement_id}")
async def get_learning_agreement(
    learning_agreement_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> LearningAgreementAnswer:
    return _answer(response, await store.load_learning_agreement(tx, learning_agreement_id, caller))


@router.put("/learning-agreements/{learning_agreement_id}")
async def edit_learning_agreement(
    learning_agreement_id: UUID,
    body: LearningAgreementRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> LearningAgreementAnswer:
    """Replace the whole draft; learner and host stay."""
    terms = body.terms(own_institution(caller))
    agreement = await handlers.edit_learning_agreement(tx, caller, learning_agreement_id, version, terms)
    return _answer(response, agreement)


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
    """Sign exactly this content: first the learner, then a signatory of the home institution."""
    agreement = await handlers.sign_learning_agreement(tx, caller, learning_agreement_id, version, body.seen())
    return _answer(response, agreement)


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
    return _answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/start")
async def start_learning_agreement(
    learning_agreement_id: UUID,
    body: StartRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say as the hosting institution that the learner has arrived, and on which day."""
    agreement = await handlers.start_learning_agreement(tx, caller, learning_agreement_id, version, body.started_on)
    return _answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/completion")
async def complete_learning_agreement(
    learning_agreement_id: UUID,
    body: CompletionRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say as the hosting institution that the stay has ended, and on which day."""
    agreement = await handlers.complete_learning_agreement(
        tx, caller, learning_agreement_id, version, body.completed_on
    )
    return _answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/cancellation")
async def cancel_learning_agreement(
    learning_agreement_id: UUID,
    body: ReasonBody,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Give it up as the home institution, before it is agreed."""
    agreement = await handlers.cancel_learning_agreement(tx, caller, learning_agreement_id, version, body.reason)
    return _answer(response, agreement)
