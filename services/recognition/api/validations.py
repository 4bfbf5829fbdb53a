from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict

from services.recognition import store
from shared.auth import Caller
from shared.contracts.recognition import ValidatedOutcome, ValidationStatus
from shared.entity_tags import set_etag
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("validations")


class ValidationAnswer(BaseModel):
    """Which outcomes of the home unit one issue of a transcript confirmed."""

    model_config = ConfigDict(from_attributes=True)

    validation_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    unit_id: UUID
    learning_agreement_id: UUID
    transcript_id: UUID
    transcript_version: int
    status: ValidationStatus
    outcomes: list[ValidatedOutcome]
    completed_at: datetime


@router.get("/validations")
async def list_validations(
    caller: Caller, tx: Transaction, pager: Paged, learner_id: Annotated[UUID | None, Query()] = None
) -> Page[ValidationAnswer]:
    found = await store.list_validations(tx, caller, pager.wanted, learner_id)
    return pager.page(found.map(ValidationAnswer.model_validate))


@router.get("/validations/{validation_id}")
async def get_validation(validation_id: UUID, caller: Caller, response: Response, tx: Transaction) -> ValidationAnswer:
    found = await store.load_validation(tx, validation_id, caller)
    set_etag(response, found.version)
    return ValidationAnswer.model_validate(found)
