"""What is asked before departure, and what is answered."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from services.recognition.api.decisions import RuleResultAnswer
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.simulation import Draft
from shared import ids
from shared.bodies import Body, CalendarDate, ShortText
from shared.contracts.agreements import AgreedUnit
from shared.contracts.assessment import (
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Procedure,
    Result,
)
from shared.contracts.catalogue import OutcomePair
from shared.contracts.recognition import GradeConversion, ReasonCode, ValidatedOutcome

Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
HOME, HOST = "019a0001-0c00-7001-8000-000100000001", "019a0001-0c00-7002-8000-000100000002"
UNIT, HOST_UNIT = "019a0003-0c00-7003-8000-000300000003", "019a0003-0c00-7103-8000-000300000103"
OUTCOME, HOST_OUTCOME = "019a0004-0c00-7003-8000-000400000003", "019a0004-0c00-7103-8000-000400000103"


class OutcomePairBody(Body):
    host_outcome_id: UUID
    home_outcome_id: UUID


class DraftUnit(Body):
    unit_id: UUID = Field(description="The home unit that is to be credited")
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: Version
    outcomes: list[OutcomePairBody] = Field(min_length=1, max_length=200)
    automatic: StrictBool = True
    has_conditions: StrictBool = False

    @property
    def value(self) -> AgreedUnit:
        pairs = tuple(OutcomePair(**vars(pair)) for pair in self.outcomes)
        return AgreedUnit(**vars(self) | {"outcomes": pairs, "has_conditions": self.has_conditions or None})


def _each_once(units: list[DraftUnit]) -> list[DraftUnit]:
    if len({unit.unit_id for unit in units}) < len(units):
        raise PydanticCustomError("distinct", "Each home unit is agreed once, with all its outcomes.")
    return units


class DraftBody(Body):
    """An agreement that is not signed yet, as far as recognition depends on it."""

    memorandum_id: UUID
    memorandum_version: Version = Field(description="Its `content_version`")
    home_id: UUID
    host_id: UUID
    qualification_id: UUID
    qualification_version: Version
    starts_on: CalendarDate
    ends_on: CalendarDate
    units: Annotated[list[DraftUnit], Field(min_length=1, max_length=50), AfterValidator(_each_once)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on > self.ends_on:
            raise PydanticCustomError("dates_in_order", "A stay ends on the day it starts at the earliest.")
        return self

    @property
    def value(self) -> Draft:
        return Draft(**vars(self) | {"units": tuple(unit.value for unit in self.units)})


class ResultBody(Body):
    unit_id: UUID = Field(description="The host unit")
    outcome_id: UUID = Field(description="An outcome of it")
    result: Result


class AssumedAssessment(Body):
    """Results as they might come in."""

    assessed_on: CalendarDate
    method: Method = Method.WORK_SIMULATION
    procedure: Procedure = Procedure.FOLLOWED
    authority: Authority = Authority.HOST_STAFF
    second_person: StrictBool = True
    attempt: int = Field(1, strict=True, ge=1, le=100)
    grade: ShortText | None = None
    grade_scale: ShortText | None = None
    results: list[ResultBody] = Field(min_length=1, max_length=500)

    @property
    def value(self) -> AssessmentValue:
        results = tuple(OutcomeResult(**vars(one), weight=Decimal(1)) for one in self.results)
        return AssessmentValue(**vars(self) | {"assessment_id": ids.new_id(), "results": results})


class SimulationRequest(Body):
    """An agreement or a draft of one; and the results to assume, if not that everything agreed is achieved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"learning_agreement_id": "019a0009-0c00-7001-8000-000900000001"},
                {
                    "learning_agreement_id": "019a0009-0c00-7001-8000-000900000001",
                    "results": [
                        {
                            "assessed_on": "2026-03-27",
                            "results": [{"unit_id": HOST_UNIT, "outcome_id": HOST_OUTCOME, "result": "achieved"}],
                        }
                    ],
                },
                {
                    "draft": {
                        "memorandum_id": "019a0006-0c00-7001-8000-000600000001",
                        "memorandum_version": 1,
                        "home_id": HOME,
                        "host_id": HOST,
                        "qualification_id": "019a0002-0c00-7001-8000-000200000001",
                        "qualification_version": 1,
                        "starts_on": "2026-03-02",
                        "ends_on": "2026-03-27",
                        "units": [
                            {
                                "unit_id": UNIT,
                                "host_unit_id": HOST_UNIT,
                                "comparability_id": "019a0005-0c00-7003-8000-000500000003",
                                "comparability_version": 1,
                                "outcomes": [{"host_outcome_id": HOST_OUTCOME, "home_outcome_id": OUTCOME}],
                            }
                        ],
                    }
                },
            ]
        }
    )

    learning_agreement_id: UUID | None = None
    draft: DraftBody | None = None
    results: Annotated[list[AssumedAssessment], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.learning_agreement_id is None) == (self.draft is None):
            raise PydanticCustomError("one_of", "Name an agreement or give a draft, one of them.")
        return self

    @property
    def agreement_id(self) -> UUID:
        """Where there is no draft."""
        return cast("UUID", self.learning_agreement_id)

    @property
    def assumed(self) -> list[AssessmentValue] | None:
        return None if self.results is None else [one.value for one in self.results]


class PredictedUnitAnswer(BaseModel):
    """What would become of one home unit that there are results for, and why."""

    model_config = ConfigDict(from_attributes=True)

    unit_id: UUID
    state: DecisionState
    reasons: list[ReasonCode] = Field(description="Why it would not be recognised; empty if it would")
    outcomes: list[ValidatedOutcome]
    points: Decimal | None = Field(description="What it would count; null where it would not, or without points")
    conversion: GradeConversion | None = Field(description="What its grade would be at home")
    trace: list[RuleResultAnswer] = Field(description="How each rule would come out")


class SimulationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    assumed: Sequence[AssessmentValue] = Field(description="The results that were assumed")
    units: list[PredictedUnitAnswer]
    completes_qualification: bool = Field(description="Whether every compulsory unit would count then")
