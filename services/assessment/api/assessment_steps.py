"""What else may become of an assessment than to be recorded and confirmed."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.assessment import handlers
from services.assessment.api.assessment_bodies import (
    AbsenceRequest,
    AssessmentAnswer,
    ModerationRequest,
    ResitRequest,
    ReviewRequest,
)
from services.assessment.api.assessments import answer
from services.assessment.api.fields import OwnDeadlines, ReasonBody
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("assessments")

Examiner = Annotated[Principal, allow("examiner")]


@router.post("/assessments/{assessment_id}/absence")
async def note_absence(
    assessment_id: UUID,
    body: AbsenceRequest,
    caller: Annotated[Principal, allow("assessor")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Say that the learner did not come, as an assessor of the host or of whom it asked.

    It can be repeated by `/resit`. A transcript that waited for nothing else is issued without it.
    """
    missed = await handlers.note_absence(tx, caller, assessment_id, version, body.held_on, excused=body.excused)
    return answer(response, missed)


@router.post("/assessments/{assessment_id}/moderation")
async def moderate_assessment(
    assessment_id: UUID,
    body: ModerationRequest,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Say as an examiner of the host, other than who recorded it, that you have looked over the result."""
    return answer(response, await handlers.moderate_assessment(tx, caller, assessment_id, version, body.comment))


@router.post("/assessments/{assessment_id}/contest")
async def contest_assessment(
    assessment_id: UUID,
    body: ReasonBody,
    caller: Caller,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Object as the learner to what was confirmed: once, until `contest_until`. Somebody else then reviews it."""
    return answer(response, await handlers.contest_assessment(tx, caller, assessment_id, version, body.reason))


@router.post("/assessments/{assessment_id}/review")
async def review_assessment(
    assessment_id: UUID,
    body: ReviewRequest,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Uphold or correct what was contested, as an examiner of the host who had no part in it.

    Either way it is confirmed again. A transcript that carries what was wrong is corrected by itself.
    """
    reviewed = await handlers.review_assessment(tx, caller, assessment_id, version, body.grounds, body.corrected())
    return answer(response, reviewed)


@router.post("/assessments/{assessment_id}/resit", status_code=201)
async def plan_resit(
    assessment_id: UUID,
    body: ResitRequest,
    caller: Annotated[Principal, allow("assessor", "examiner")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    deadlines: OwnDeadlines,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Plan, at the host, the next attempt at what was not achieved, missed or annulled; it may be after the stay.

    A new assessment of the same outcomes, which is answered; `resit_of` and `resit_id` link the two.
    """
    following = await handlers.plan_resit(tx, caller, assessment_id, version, body.planned_on, deadlines)
    created(response, f"/v1/assessments/{following.id}", following.version)
    return AssessmentAnswer.model_validate(following)


@router.post("/assessments/{assessment_id}/annulment")
async def annul_assessment(
    assessment_id: UUID,
    body: ReasonBody,
    caller: Examiner,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AssessmentAnswer:
    """Declare it void as an examiner of the host, whatever its state; for good.

    A transcript that carries it is corrected by itself; one that waited for nothing else is issued.
    """
    return answer(response, await handlers.annul_assessment(tx, caller, assessment_id, version, body.reason))
