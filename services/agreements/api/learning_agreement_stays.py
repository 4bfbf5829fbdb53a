from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.agreements import handlers
from services.agreements.api.fields import ReasonBody
from services.agreements.api.learning_agreement_bodies import LearningAgreementAnswer, answer
from services.agreements.api.stay_bodies import CompletionRequest, InterruptionRequest, StartRequest
from shared.auth import Principal, allow
from shared.entity_tags import IfMatch
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")

Coordinator = Annotated[Principal, allow("coordinator")]


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
    """Say as the hosting institution that the learner has arrived, and on which day.

    At most two weeks before the agreed first day, and not after the last; else the dates are changed first. If nobody
    says it, the stay begins by itself on the day that was agreed; then this corrects the day, once.
    """
    agreement = await handlers.start_learning_agreement(tx, caller, learning_agreement_id, version, body.started_on)
    return answer(response, agreement)


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
    """Say as the hosting institution that the stay has ended, and on which day; an open change lapses.

    At the latest on the agreed last day; for a later one, an extension is agreed first.
    """
    agreement = await handlers.complete_learning_agreement(
        tx, caller, learning_agreement_id, version, body.completed_on
    )
    return answer(response, agreement)


@router.post("/learning-agreements/{learning_agreement_id}/interruption")
async def interrupt_learning_agreement(
    learning_agreement_id: UUID,
    body: InterruptionRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> LearningAgreementAnswer:
    """Say as the home or the hosting institution that the stay ended early, and on which day.

    What was achieved until then can still be assessed and recognised; an open change lapses.
    """
    agreement = await handlers.interrupt_learning_agreement(
        tx, caller, learning_agreement_id, version, body.last_day, body.reason
    )
    return answer(response, agreement)


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
    """Give it up as the home institution, or, once it is agreed, as the host; what was signed stays on record."""
    agreement = await handlers.cancel_learning_agreement(tx, caller, learning_agreement_id, version, body.reason)
    return answer(response, agreement)
