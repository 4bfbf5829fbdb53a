from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.assessment import handlers, store
from services.assessment.api.assessment_bodies import AssessmentAnswer, ConductRequest, PlanRequest
from services.assessment.api.fields import OwnDeadlines
from services.assessment.api.report_bodies import ResultRequest
from services.assessment.domain.assessments import Assessment, State
from shared.auth import Caller, Principal, allow
from shared.bodies import CalendarDate
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("assessments")


def answer(response: Response, assessment: Assessment) -> AssessmentAnswer:
    set_etag(response, assessment.version)
    return AssessmentAnswer.model_validate(assessment)


@router.post("/assessments", status_code=201)
async def plan_assessment(
    body: PlanRequest,
    caller: Annotated[Principal, allow("assessor", "examiner")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Plan, at the host, by which method agreed outcomes will be assessed: of a unit, a part of it, or several.

    What the learning agreement itself plans is there already, as soon as it is agreed or changed.
    """
    planned = await handlers.plan_assessment(tx, caller, body.learning_agreement_id, body.plan())
    created(response, f"/v1/assessments/{planned.id}", planned.version)
    return AssessmentAnswer.model_validate(planned)


@router.get("/assessments")
async def list_assessments(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    learning_agreement_id: Annotated[UUID | None, Query()] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    planned_from: Annotated[CalendarDate | None, Query(description="Planned for this day or a later one")] = None,
    planned_until: Annotated[CalendarDate | None, Query(description="Planned for this day or an earlier one")] = None,
) -> Page[AssessmentAnswer]:
    """Those in which your institution is home or host or assesses for the host; for learners, their own."""
    filters = store.Filters(learning_agreement_id, learner_id, state, planned_from, planned_until)
    found = await store.list_assessments(tx, caller, pager.wanted, filters)
    return pager.page(found.map(AssessmentAnswer.model_validate))


@router.get("/assessments/{assessment_id:uuid}")  # so that it does not take `/assessments/results` for an id
async def get_assessment(assessment_id: UUID, caller: Caller, response: Response, tx: Transaction) -> AssessmentAnswer:
    return answer(response, await store.load_assessment(tx, assessment_id, caller))


@router.post("/assessments/{assessment_id}/conduct")
async def conduct_assessment(
    assessment_id: UUID,
    body: ConductRequest,
    caller: Annotated[Principal, allow("assessor")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Say that it has taken place, as an assessor of the host or of whom it asked; the result may come later."""
    return answer(response, await handlers.conduct_assessment(tx, caller, assessment_id, version, body.held_on))


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
    """Write down how the assessment went, with a result for each outcome that it covers.

    By an assessor of the host, or of the institution that assesses in its place. Names and comments stay here.
    """
    recorded = await handlers.record_result(tx, caller, assessment_id, version, body.report(), body.found())
    return answer(response, recorded)


@router.post("/assessments/{assessment_id}/confirmation")
async def confirm_assessment(
    assessment_id: UUID,
    caller: Annotated[Principal, allow("examiner")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    deadlines: OwnDeadlines,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Confirm what was recorded, for the host; the transcript is issued with it when the agreement wants that.

    Where the memorandum wants two persons, not by who recorded it. From now on the learner may contest it.
    """
    return answer(response, await handlers.confirm_assessment(tx, caller, assessment_id, version, deadlines))
