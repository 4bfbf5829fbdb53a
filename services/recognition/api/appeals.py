"""The learner objects to a decision, and an appeals officer decides."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response, status

from services.recognition import handlers, store
from services.recognition.api.decisions import DecisionAnswer, answer
from services.recognition.api.review_bodies import AppealAnswer, AppealOutcomeRequest, AppealRequest
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("decisions")

UPHELD: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {"model": DecisionAnswer, "description": "Upheld: the decision itself, which is final now"}
}


@router.post("/decisions/{decision_id}/appeal")
async def appeal(
    decision_id: UUID,
    body: AppealRequest,
    caller: Caller,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Object as the learner to what was refused or recognised in part: once, until `appeal_until`.

    Days on which the host was asked something do not count. Somebody else than before then decides.
    """
    return answer(response, await handlers.appeal_decision(tx, caller, decision_id, version, body.grounds), caller)


@router.get("/decisions/{decision_id}/appeal")
async def get_appeal(decision_id: UUID, caller: Caller, response: Response, tx: Transaction) -> AppealAnswer:
    """For the learner and the home institution."""
    found = await store.load_appeal(tx, decision_id, caller)
    set_etag(response, found.version)
    return AppealAnswer.model_validate(found)


@router.post("/decisions/{decision_id}/appeal-outcome", status_code=201, responses=UPHELD)
async def decide_appeal(
    decision_id: UUID,
    body: AppealOutcomeRequest,
    caller: Annotated[Principal, allow("appeals_officer")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Uphold or overturn, as an appeals officer of the home institution who is not the one who had decided.

    Overturned, a new decision takes its place and is answered, with the same consequences as a `/resolution`; nothing
    counts twice. Either way it is final.
    """
    resolution = body.overturning()
    decided = await handlers.decide_appeal(tx, caller, decision_id, version, body.legal_basis, resolution)
    if resolution is None:
        response.status_code = status.HTTP_200_OK
        return answer(response, decided, caller)
    created(response, f"/v1/decisions/{decided.decision_id}", decided.version)
    return DecisionAnswer.of(decided, caller)
