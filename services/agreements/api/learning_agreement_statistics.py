from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.agreements import store
from services.agreements.store import Statistics
from shared.auth import Principal, allow
from shared.preconditions import own_institution
from shared.web import Transaction, api_router

router = api_router("learning-agreements")


class StatisticsAnswer(BaseModel):
    """Numbers of agreements whose stay begins in the year; they overlap, since what is closed was agreed once."""

    institution_id: UUID
    partner_id: UUID
    year: int
    agreed: int = Field(description="At any time, cancelled ones too")
    changed: int = Field(description="Of those agreed: another content was agreed later")
    unmodified: int = Field(description="Of those agreed: never changed")
    cancelled: int = Field(description="After they were agreed")
    interrupted: int
    completed: int = Field(description="As planned, whatever came afterwards")
    closed: int
    latest_agreed: int = Field(description="What was last put to signature is what holds")
    latest_rejected: int
    latest_awaiting: int

    @classmethod
    def of(cls, institution_id: UUID, partner_id: UUID, year: int, counted: Statistics) -> Self:
        return cls(institution_id=institution_id, partner_id=partner_id, year=year, **vars(counted))


@router.get("/learning-agreement-statistics")
async def get_learning_agreement_statistics(
    partner_id: Annotated[UUID, Query()],
    year: Annotated[int, Query(ge=2000, le=2199)],
    caller: Annotated[Principal, allow("coordinator", "signatory", "recogniser")],
    tx: Transaction,
) -> StatisticsAnswer:
    """How your institution's agreements with one partner went, whichever of the two is home."""
    institution_id = own_institution(caller)
    counted = await store.count_learning_agreements(tx, caller, partner_id, year)
    return StatisticsAnswer.of(institution_id, partner_id, year, counted)
