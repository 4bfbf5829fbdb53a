from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.assessment import handlers, store
from services.assessment.api.assessment_bodies import AssessmentAnswer, PlanRequest, ResultRequest
from services.assessment.domain.assessments import State
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("assessments")


@router.post("/assessments", status_code=201)
async def plan_assessment(
    body: PlanRequest,
    caller: Annotated[Principal, allow("assessor", "examiner")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Plan, at the host, by which method agreed outcomes will be assessed."""
    planned = await handlers.plan_assessment(tx, caller, body.learning_agreement_id, body.plan())
    created(response, f"/v1/assessments/{planned.id}", planned.version)
    return AssessmentAnswer.model_validate(planned)


@router.get("/assessments")
async def list_assessments(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    learning_agreement_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
) -> Page[AssessmentAnswer]:
    """Those in which your institution is home or host."""
    found = await store.list_assessments(
        tx, caller, pager.wanted, learning_agreement_id=learning_agreement_id, state=state
    )
    return pager.page(found.map(AssessmentAnswer.model_validate))


@router.get("/assessments/{assessment_id}")
async def get_assessment(assessment_id: UUID, caller: Caller, response: Response, tx: Transaction) -> AssessmentAnswer:
    assessment = await store.load_assessment(tx, assessment_id, caller)
    set_etag(response, assessment.version)
    return AssessmentAnswer.model_validate(assessment)


@router.post("/assessments/{assessment_id}/result")
async def record_result(
    assessment_id: UUID,
    body: ResultRequest,
    caller: Annotated[Principal, allow("assessor")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Write down how the assessment went, with a result for each outcome that it covers."""
    recorded = await handlers.record_result(tx, caller, assessment_id, version, body.report(), body.found())
    set_etag(response, recorded.version)
    return AssessmentAnswer.model_validate(recorded)


@router.post("/assessments/{assessment_id}/confirmation")
async def confirm_assessment(
    assessment_id: UUID,
    caller: Annotated[Principal, allow("examiner")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Confirm what was recorded, for the host; the transcript is issued with it when the agreement wants that.

    Where the memorandum wants two persons, not by who recorded it.
    """
    confirmed = await handlers.confirm_assessment(tx, caller, assessment_id, version)
    set_etag(response, confirmed.version)
    return AssessmentAnswer.model_validate(confirmed)
