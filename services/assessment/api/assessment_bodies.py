"""What is sent and answered about assessments."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.assessment.domain.assessments import Plan, Report, State
from shared.bodies import NOT_BLANK, Body, CalendarDate, DecimalText
from shared.contracts.assessment import Method, OutcomeResult, Procedure, Result

UNIT, OUTCOME = "01996b0c-5c00-7000-8000-000000000022", "01996b0c-5c00-7000-8000-000000000221"
PLAN: dict[str, Any] = {
    "learning_agreement_id": "01996b0c-5c00-7000-8000-000000000040",
    "method": "work_simulation",
    "planned_on": "2026-09-25",
    "outcomes": [{"outcome_id": OUTCOME, "unit_id": UNIT, "weight": "1"}],
}
RESULT: dict[str, Any] = {
    "assessed_on": "2026-09-25",
    "procedure": "followed",
    "attempt": 1,
    "grade": "14",
    "grade_scale": "fr-0-20",
    "results": [{"outcome_id": OUTCOME, "result": "achieved"}],
}

Weight = Annotated[
    Decimal,
    DecimalText(r"^(0\.(?!0+$)[0-9]{1,4}|1(\.0{1,4})?)$"),
    Field(description="The share of this assessment in the outcome: more than 0, at most 1"),
]
GradeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), NOT_BLANK]


class PlannedOutcomeBody(Body):
    outcome_id: UUID = Field(description="An agreed outcome of a unit of the host")
    unit_id: UUID = Field(description="The host unit that the outcome belongs to")
    weight: Weight


class PlanRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [PLAN]})

    learning_agreement_id: UUID
    method: Method
    planned_on: CalendarDate | None = None
    outcomes: list[PlannedOutcomeBody] = Field(min_length=1, max_length=200)

    def plan(self) -> Plan:
        covers = [OutcomeResult(**vars(outcome), result=Result.NOT_ASSESSED) for outcome in self.outcomes]
        return Plan(method=self.method, planned_on=self.planned_on, covers=tuple(covers))


class FoundBody(Body):
    outcome_id: UUID
    result: Result


class ResultRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [RESULT]})

    assessed_on: CalendarDate = Field(description="A day of the mobility")
    procedure: Procedure = Field(description="Whether the agreed procedure and criteria were followed")
    attempt: int = Field(1, strict=True, ge=1, le=100)
    grade: GradeText | None = None
    grade_scale: GradeText | None = Field(None, description="The scale that the grade is on; needed with a grade")
    results: list[FoundBody] = Field(min_length=1, max_length=200, description="One for each outcome covered")

    @model_validator(mode="after")
    def _grade_on_a_scale(self) -> Self:
        if (self.grade is None) != (self.grade_scale is None):
            raise PydanticCustomError("grade_scale", "A grade and its scale go together.")
        return self

    def report(self) -> Report:
        return Report(**{name: value for name, value in vars(self).items() if name != "results"})

    def found(self) -> list[tuple[UUID, Result]]:
        return [(one.outcome_id, one.result) for one in self.results]


class ReportAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    assessed_on: date
    procedure: Procedure
    attempt: int
    grade: str | None
    grade_scale: str | None


class AssessmentAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    assessment_id: UUID = Field(validation_alias="id")
    version: int
    state: State
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    method: Method
    planned_on: date | None
    results: list[OutcomeResult] = Field(description="`not_assessed` until the results are recorded")
    report: ReportAnswer | None = Field(description="How it went; null while it is only planned")
