from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.recognition import handlers
from services.recognition.domain.history import PastDecision
from services.recognition.domain.record import Progress
from shared.auth import Caller
from shared.contracts.recognition import GradeConversion, Mode, ReasonCode
from shared.paging import Page, Paged
from shared.web import OneMoment, Transaction, api_router

router = api_router("records")


class CountedUnit(BaseModel):
    """A unit that counts."""

    model_config = ConfigDict(from_attributes=True)

    credit_id: UUID
    decision_id: UUID
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    points: Decimal | None = Field(description="Null where the qualification has no points")
    grade: str | None
    grade_scale: str | None
    conversion: GradeConversion | None = Field(description="What the grade is at home, and how sure one can be")
    mode: Mode
    assessed_on: date
    decided_at: datetime
    valid_until: date | None = Field(description="The last day on which it counts; null: without end")


class UnitInProgress(BaseModel):
    """A unit of which some outcomes are held; it counts when it is complete."""

    model_config = ConfigDict(from_attributes=True)

    credit_id: UUID = Field(description="Of the credit that it will be")
    decision_id: UUID = Field(description="The last decision that added to it")
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    held_outcome_ids: list[UUID]
    needed_outcome_ids: list[UUID] = Field(description="Required, and from wherever they may come")
    needed_optional: int = Field(description="How many of the outcomes that are not required are needed besides")
    points: Decimal | None = Field(
        description="Its share by the weights of what is held, where the qualification gives one before it is complete"
    )
    assessed_on: date
    decided_at: datetime


class DocumentedUnit(BaseModel):
    """A unit that is on record only: home recognises no units. Decided anew when that changes."""

    model_config = ConfigDict(from_attributes=True)

    decision_id: UUID
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    country_policy_id: UUID
    country_policy_version: int
    assessed_on: date
    decided_at: datetime


class UnitUnderReview(BaseModel):
    """A unit that a recogniser has to decide on, and why no rule could."""

    model_config = ConfigDict(from_attributes=True)

    decision_id: UUID
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    reasons: list[ReasonCode]
    decided_at: datetime = Field(description="When the rules had to leave it to a person")


class RecordAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    learner_id: UUID
    credits: list[CountedUnit]
    expired: list[CountedUnit] = Field(description="What counted, and does so no more: its time is over")
    in_progress: list[UnitInProgress]
    documented: list[DocumentedUnit]
    reviews: list[UnitUnderReview]
    qualifications: list[Progress] = Field(description="What counts towards each, and what is missing")


@router.get("/records/{learner_id}")
async def get_record(learner_id: UUID, caller: Caller, tx: OneMoment) -> RecordAnswer:
    """What counts for a learner, what is in progress, documented or under review, and what is missing.

    With the sum of points or the weighted mean and all that goes into it. Nothing is kept from the learner; home and
    competent bodies of its country see what is theirs. A host does not see it.
    """
    return RecordAnswer.model_validate(await handlers.read_record(tx, caller, learner_id))


@router.get("/records/{learner_id}/history")
async def get_history(
    learner_id: UUID, caller: Caller, tx: Transaction, pager: Paged, unit_id: Annotated[UUID | None, Query()] = None
) -> Page[PastDecision]:
    """Every decision on every unit, oldest first: why, on what legal basis, and which one took its place.

    With the credit that rests on it, also if it is expired or revoked. The learner sees all of it; who decided is said
    to nobody here.
    """
    return pager.page(await handlers.read_history(tx, caller, learner_id, pager.wanted, unit_id))
