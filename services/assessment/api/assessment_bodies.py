"""What is sent and answered about assessments."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.assessment.api.fields import Weight
from services.assessment.api.report_bodies import OUTCOME, RESULTS, SHORT_REPORT, UNIT, ReportAnswer, ResultRequest
from services.assessment.domain.assessments import Finding, State
from services.assessment.domain.contesting import Correction
from services.assessment.domain.planning import Plan
from shared.bodies import Body, CalendarDate, LongText
from shared.contracts.assessment import Authority, Method, OutcomeResult, Result

PLAN: dict[str, Any] = {
    "learning_agreement_id": "01996b0c-5c00-7000-8000-000000000040",
    "method": "work_simulation",
    "planned_on": "2026-09-25",
    "outcomes": [{"outcome_id": OUTCOME, "unit_id": UNIT, "weight": "1"}],
}


class PlannedOutcomeBody(Body):
    outcome_id: UUID = Field(description="An agreed outcome of a unit of the host")
    unit_id: UUID = Field(description="The host unit that the outcome belongs to")
    weight: Weight


class PlanRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [PLAN]})

    learning_agreement_id: UUID
    method: Method
    planned_on: CalendarDate | None = None
    assessing_id: UUID | None = Field(
        None, description="The institution that assesses in the host's place, as memorandum or agreement allow"
    )
    outcomes: list[PlannedOutcomeBody] = Field(
        min_length=1, max_length=200, description="Of whole units, parts of units, or several units"
    )

    def plan(self) -> Plan:
        covers = [OutcomeResult(**vars(outcome), result=Result.NOT_ASSESSED) for outcome in self.outcomes]
        return Plan(
            method=self.method, planned_on=self.planned_on, covers=tuple(covers), assessing_id=self.assessing_id
        )


class ConductRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"held_on": "2026-09-25"}]})

    held_on: CalendarDate


class AbsenceRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"held_on": "2026-09-25", "excused": True}]})

    held_on: CalendarDate = Field(description="The day on which the learner was expected")
    excused: StrictBool = False


class ModerationRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Marked to the grid."}]})

    comment: LongText | None = None


class ReviewRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"grounds": "The grid was applied as agreed."},
                {"grounds": "Criterion 4 had been left out.", "correction": SHORT_REPORT | {"results": RESULTS}},
            ]
        }
    )

    grounds: LongText
    correction: ResultRequest | None = Field(None, description="What takes the place of the result; none upholds it")

    def corrected(self) -> Correction | None:
        return Correction(self.correction.report(), self.correction.found()) if self.correction else None


class ResitRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"planned_on": "2026-10-16"}]})

    planned_on: CalendarDate | None = None


class StepAnswer(BaseModel):
    """What somebody did about it, and in which words."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    text: str | None


class ReviewAnswer(StepAnswer):
    finding: Finding


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
    assessing_id: UUID | None = Field(description="The institution that assesses in the host's place")
    attempt: int
    resit_of: UUID | None = Field(description="The assessment that this one repeats")
    resit_id: UUID | None = Field(description="The assessment that repeats this one")
    record_until: date | None = Field(description="Until when a next attempt may take place, also after the stay")
    held_on: date | None = Field(description="When it was conducted, or the learner was absent")
    excused: bool | None = Field(description="Of an absence")
    results: list[OutcomeResult] = Field(description="`not_assessed` until the results are recorded")
    report: ReportAnswer | None = Field(description="How it went; null until the results are recorded")
    authority: Authority | None = Field(description="The strongest of who assessed")
    moderation: StepAnswer | None
    contest_until: date | None = Field(description="The last day on which the learner may contest it")
    contest: StepAnswer | None
    review: ReviewAnswer | None
    annulment: StepAnswer | None
