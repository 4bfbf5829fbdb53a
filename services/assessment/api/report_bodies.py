"""How an assessment went, as it is sent and as it is answered (domain.md 2.4)."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from services.assessment.api.fields import GradeText, Sha256, Share, Uri
from services.assessment.domain.assessing import Found
from services.assessment.domain.reports import Report
from shared.bodies import Body, CalendarDate, LanguageCode, LongText, ShortText
from shared.contracts.assessment import (
    AssessorRole,
    Authority,
    IdentityCheck,
    Procedure,
    Result,
    Supervision,
    UnitShare,
)

UNIT, OUTCOME = "01996b0c-5c00-7000-8000-000000000022", "01996b0c-5c00-7000-8000-000000000221"
HOST = "01996b0c-5c00-7000-8000-000000000012"
SHORT_REPORT: dict[str, Any] = {
    "assessed_on": "2026-09-25",
    "procedure": "followed",
    "attempt": 1,
    "grade": "14",
    "grade_scale": "FR-20",
}
WHOLE_REPORT: dict[str, Any] = SHORT_REPORT | {
    "began_on": "2026-09-24",
    "minutes": 420,
    "place": "Workshop 2",
    "language": "it",
    "procedure": "deviated",
    "deviation": "The second part was done on another machine.",
    "supervision": "on_site",
    "identity_check": "document",
    "assessors": [
        {"name": "Ada Rossi", "role": "assessor", "organisation_id": HOST, "authority": "host_staff"},
        {"name": "Ugo Bianchi", "role": "workplace_mentor", "authority": "none"},
    ],
    "criteria": [{"criterion": "Works to the checklist", "level": "3 of 4", "comment": "Without help."}],
    "evidence": [{"sha256": "9f" * 32, "uri": "https://files.vesuvio.example/evidence/4711"}],
    "units": [{"unit_id": UNIT, "share": "0.5"}],
}
RESULTS: list[dict[str, Any]] = [{"outcome_id": OUTCOME, "result": "achieved"}]
REPORT = TypeAdapter(Report)


class AssessorBody(Body):
    model_config = ConfigDict(from_attributes=True)

    name: ShortText | None = Field(None, description="Goes to nobody who does not see the assessment, into no event")
    role: AssessorRole
    organisation_id: UUID | None = None
    authority: Authority = Field(description="What memorandum and agreement give the organisation's assessors, or none")
    authority_reference: ShortText | None = Field(None, description="The act or agreement by which they may assess")


class CriterionBody(Body):
    model_config = ConfigDict(from_attributes=True)

    criterion: ShortText
    level: ShortText
    comment: LongText | None = None


class EvidenceBody(Body):
    model_config = ConfigDict(from_attributes=True)

    sha256: Sha256 = Field(description="Of the piece's bytes")
    uri: Uri = Field(description="Where the host keeps it")


class UnitShareBody(Body):
    unit_id: UUID = Field(description="A host unit of the outcomes covered")
    share: Share


class ReportBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [SHORT_REPORT, WHOLE_REPORT]})

    assessed_on: CalendarDate = Field(description="The last day of it, in the mobility or the time for a next attempt")
    procedure: Procedure = Field(description="Whether the agreed procedure and criteria were followed")
    attempt: Annotated[int, Field(strict=True, ge=1, le=100)] | None = Field(
        None, description="If not the one that is due"
    )
    grade: GradeText | None = None
    grade_scale: GradeText | None = Field(None, description="Code of the scale that the grade is on; with a grade only")
    began_on: CalendarDate | None = Field(None, description="Where it took more than a day")
    minutes: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = Field(None, description="How long it took")
    place: ShortText | None = None
    language: LanguageCode | None = None
    deviation: LongText | None = Field(None, description="What was done otherwise than agreed, and why")
    supervision: Supervision | None = None
    identity_check: IdentityCheck | None = None
    assessors: Annotated[list[AssessorBody], Field(min_length=1, max_length=20)] | None = None
    criteria: Annotated[list[CriterionBody], Field(min_length=1, max_length=200)] | None = None
    evidence: Annotated[list[EvidenceBody], Field(min_length=1, max_length=100)] | None = None
    units: Annotated[list[UnitShareBody], Field(min_length=1, max_length=50)] | None = Field(
        None, description="How much of it counts to each unit that it touches: each once, together at most 1"
    )

    @model_validator(mode="after")
    def _belonging_together(self) -> Self:
        if (self.grade is None) != (self.grade_scale is None):
            raise PydanticCustomError("grade_scale", "A grade and its scale go together.")
        if self.deviation and self.procedure is Procedure.FOLLOWED:
            raise PydanticCustomError("deviation", "There is a deviation where the procedure was not followed.")
        return self

    def report(self) -> Report:
        return REPORT.validate_python(self.model_dump(include={*ReportBody.model_fields}))


class FoundBody(Body):
    outcome_id: UUID
    result: Result


Results = Annotated[
    list[FoundBody], Field(min_length=1, max_length=200, description="One for each outcome covered, and no other")
]


class ResultRequest(ReportBody):
    model_config = ConfigDict(
        json_schema_extra={"examples": [SHORT_REPORT | {"results": RESULTS}, WHOLE_REPORT | {"results": RESULTS}]}
    )

    results: Results

    def found(self) -> Found:
        return found(self.results)


def found(results: list[FoundBody]) -> Found:
    return [(one.outcome_id, one.result) for one in results]


class ReportAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    assessed_on: date
    procedure: Procedure
    attempt: int
    grade: str | None
    grade_scale: str | None
    began_on: date | None
    minutes: int | None
    place: str | None
    language: str | None
    deviation: str | None
    supervision: Supervision | None
    identity_check: IdentityCheck | None
    assessors: list[AssessorBody] | None
    criteria: list[CriterionBody] | None
    evidence: list[EvidenceBody] | None
    units: list[UnitShare] | None
