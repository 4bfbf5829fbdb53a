from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.recognition import handlers
from services.recognition.domain.record import Progress
from shared.auth import Caller
from shared.contracts.recognition import GradeConversion, Mode, ReasonCode
from shared.web import Transaction, api_router

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


class UnitInProgress(BaseModel):
    """A unit of which some outcomes are held; it has no points until it is complete."""

    model_config = ConfigDict(from_attributes=True)

    credit_id: UUID = Field(description="Of the credit that it will be")
    decision_id: UUID = Field(description="The last decision that added to it")
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    held_outcome_ids: list[UUID]
    needed_outcome_ids: list[UUID] = Field(description="Required, and from wherever they may come")
    needed_optional: int = Field(description="How many of the outcomes that are not required are needed besides")
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
    in_progress: list[UnitInProgress]
    documented: list[DocumentedUnit]
    reviews: list[UnitUnderReview]
    qualifications: list[Progress] = Field(description="What counts towards each, and what is missing")


@router.get("/records/{learner_id}")
async def get_record(learner_id: UUID, caller: Caller, tx: Transaction) -> RecordAnswer:
    """What counts for a learner, what is in progress, documented or under review, and what is missing.

    As far as the caller may see it.
    """
    return RecordAnswer.model_validate(await handlers.read_record(tx, caller, learner_id))
