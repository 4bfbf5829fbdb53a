"""A recogniser decides what no rule could; the host answers questions."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.recognition import handlers
from services.recognition.api.decisions import DecisionAnswer, answer
from services.recognition.api.review_bodies import (
    AssignmentRequest,
    InformationRequestAnswer,
    QuestionRequest,
    ReplyRequest,
    ResolutionRequest,
)
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("decisions")

Recogniser = Annotated[Principal, allow("recogniser")]


@router.post("/decisions/{decision_id}/assignment")
async def assign_review(
    decision_id: UUID,
    body: AssignmentRequest,
    caller: Recogniser,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Take a review as a recogniser of the home institution, or give it to a colleague, whoever has it now.

    Nobody else resolves it from then on.
    """
    assigned = await handlers.assign_review(tx, caller, decision_id, version, body.assigned_to)
    return answer(response, assigned, caller)


@router.post("/decisions/{decision_id}/release")
async def release_review(
    decision_id: UUID, caller: Recogniser, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> DecisionAnswer:
    """Put a review back into the queue, as a recogniser of the home institution."""
    return answer(response, await handlers.release_review(tx, caller, decision_id, version), caller)


@router.post("/decisions/{decision_id}/information-requests", status_code=201)
async def request_information(
    decision_id: UUID,
    body: QuestionRequest,
    caller: Annotated[Principal, allow("recogniser", "appeals_officer")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> InformationRequestAnswer:
    """Ask the host, as a recogniser of the home institution, or as its appeals officer about what is appealed against.

    One question at a time; who asks has taken the review. While the learner could appeal, the days until the host has
    answered do not count. `If-Match` is the decision's ETag; the answer has the request's own.
    """
    asked = await handlers.request_information(tx, caller, decision_id, version, body.question)
    created(response, f"/v1/decisions/{decision_id}/information-requests/{asked.request_id}", asked.version)
    return InformationRequestAnswer.model_validate(asked)


@router.get("/decisions/{decision_id}/information-requests")
async def list_information_requests(
    decision_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[InformationRequestAnswer]:
    """For both institutions and the learner; nobody else reads what is written about a person."""
    found = await handlers.list_information_requests(tx, caller, decision_id, pager.wanted)
    return pager.page(found.map(InformationRequestAnswer.model_validate))


@router.get("/decisions/{decision_id}/information-requests/{request_id}")
async def get_information_request(
    decision_id: UUID, request_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> InformationRequestAnswer:
    found = await handlers.read_information_request(tx, caller, decision_id, request_id)
    set_etag(response, found.version)
    return InformationRequestAnswer.model_validate(found)


@router.post("/decisions/{decision_id}/information-requests/{request_id}/answer")
async def answer_information_request(
    decision_id: UUID,
    request_id: UUID,
    body: ReplyRequest,
    caller: Annotated[Principal, allow("examiner", "coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> InformationRequestAnswer:
    """Answer as an examiner or coordinator of the host, once. The review is its recogniser's again."""
    answered = await handlers.answer_information_request(tx, caller, decision_id, request_id, version, body.answer)
    set_etag(response, answered.version)
    return InformationRequestAnswer.model_validate(answered)


@router.post("/decisions/{decision_id}/resolution", status_code=201)
async def resolve_review(
    decision_id: UUID,
    body: ResolutionRequest,
    caller: Recogniser,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Decide as a recogniser of the home institution, whatever the rules say; but nothing counts twice.

    A new decision takes the place of the review, and is answered: with the rules and reasons that it overrides. What
    follows is what follows where a rule decides. Who has not taken the review may decide as long as nobody has; who
    once decided on the unit what the learner appealed against may not. 409 if the unit counts already.
    """
    decided = await handlers.resolve_review(tx, caller, decision_id, version, body.resolution())
    created(response, f"/v1/decisions/{decided.decision_id}", decided.version)
    return DecisionAnswer.of(decided, caller)
