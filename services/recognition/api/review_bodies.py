"""What is sent and answered where people decide."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.resolutions import Resolution, Verdict
from shared.bodies import NOT_BLANK, Body, LongText, ShortText
from shared.contracts.recognition import AppealOutcome, ReasonCode
from shared.problems import invalid

LEGAL_BASIS = "Code de l'éducation, art. D337-1"
OUTCOME = "01996b0c-5c00-7000-8000-000000000021"
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), NOT_BLANK]
OutcomeIds = Annotated[
    tuple[UUID, ...],
    Field(
        max_length=200,
        description="Of the home unit, where it is recognised in part: which are, by these results and no others",
    ),
]


class AssignmentRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"assigned_to": "f3b9c2d1-recogniser"}]})

    assigned_to: Subject | None = Field(None, description="The `sub` of a colleague's token; null: you take it")


class QuestionRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "Who was present at the second attempt?"}]})

    question: LongText


class ReplyRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "The examiner of the unit, as agreed."}]})

    answer: LongText


class AppealRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"grounds": "The second attempt was not looked at."}]})

    grounds: LongText


class ResolutionRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"verdict": "recognised"},
                {"verdict": "partially_recognised", "outcome_ids": [OUTCOME]},
                {"verdict": "refused", "legal_basis": LEGAL_BASIS},
            ]
        }
    )

    verdict: Verdict
    outcome_ids: OutcomeIds = ()
    legal_basis: ShortText | None = Field(
        None, description="A reference to law or regulation, nothing about a person; a refusal needs one"
    )

    def resolution(self) -> Resolution:
        return Resolution(self.verdict, self.outcome_ids, self.legal_basis)


class NewVerdict(Body):
    """What takes the place of what was decided before; it is final."""

    verdict: Verdict = Field(description="Anything but `refused`, which would uphold it")
    outcome_ids: OutcomeIds = ()


class AppealOutcomeRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "upheld", "legal_basis": LEGAL_BASIS},
                {"outcome": "overturned", "legal_basis": LEGAL_BASIS, "resolution": {"verdict": "recognised"}},
            ]
        }
    )

    outcome: Literal[AppealOutcome.UPHELD, AppealOutcome.OVERTURNED]
    legal_basis: ShortText = Field(description="A reference to law or regulation, nothing about a person")
    resolution: NewVerdict | None = Field(None, description="Where it is overturned, and only there")

    def overturning(self) -> Resolution | None:
        """What takes the decision's place; None if it is upheld."""
        if (self.outcome is AppealOutcome.OVERTURNED) != (self.resolution is not None):
            detail = "Where it is overturned, and only there, say what is decided."
            raise invalid("/resolution", "outcome", detail)
        if self.resolution is None:
            return None
        if self.resolution.verdict is Verdict.REFUSED:
            raise invalid("/resolution/verdict", "upheld", "Whoever refuses as well upholds the decision.")
        return Resolution(self.resolution.verdict, self.resolution.outcome_ids)


class ReasonCount(BaseModel):
    reason: ReasonCode
    reviews: int


class QueueAnswer(BaseModel):
    reviews: int = Field(description="All that wait for a recogniser of your institution")
    unassigned: int = Field(description="Of these, those that nobody has taken")
    reasons: list[ReasonCount] = Field(description="A review may have several")


class InformationRequestAnswer(BaseModel):
    """What the host was asked, and what it answered."""

    model_config = ConfigDict(from_attributes=True)

    request_id: UUID
    version: int = Field(description="The ETag")
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    question: str | None = Field(description="Null once it was erased")
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class RulingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    outcome: AppealOutcome = Field(description="`superseded`: the host has said something else, or taken it back")
    legal_basis: str | None = Field(description="Null where nobody decided")
    at: datetime
    superseded_by: UUID | None = Field(description="The decision that took the place of the one before")


class AppealAnswer(BaseModel):
    """A learner's objection to a decision, and what came of it."""

    model_config = ConfigDict(from_attributes=True)

    appeal_id: UUID
    version: int = Field(description="The ETag")
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    unit_id: UUID
    against: DecisionState = Field(description="What the decision was when the learner appealed")
    grounds: str | None = Field(description="Null once they were erased")
    opened_at: datetime
    ruling: RulingAnswer | None = Field(description="Null until somebody has decided")
