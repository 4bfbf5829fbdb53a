"""The terms of a learning agreement on the wire: what learner, home and host sign."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StringConstraints, TypeAdapter, model_validator

from services.agreements.api.fields import Day, Version, check_order, distinct
from services.agreements.domain.learning_agreement_content import ActivityType, Cefr, Mode
from services.agreements.domain.learning_agreement_terms import Terms
from shared.bodies import Body, LanguageCode, LongText, ShortText
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import Method

TERMS = TypeAdapter(Terms)

EXAMPLE: dict[str, Any] = {
    "learner_id": "0198c5a1-0000-7000-8000-000000000030",
    "host_id": "0198c5a1-0000-7000-8000-000000000002",
    "memorandum_id": "0198c5a1-0000-7000-8000-000000000020",
    "memorandum_version": 1,
    "qualification_id": "0198c5a1-0000-7000-8000-000000000010",
    "qualification_version": 1,
    "units": [
        {
            "unit_id": "0198c5a1-0000-7000-8000-000000000011",
            "host_unit_id": "0198c5a1-0000-7000-8000-000000000041",
            "comparability_id": "0198c5a1-0000-7000-8000-000000000050",
            "comparability_version": 1,
            "outcomes": [
                {
                    "host_outcome_id": "0198c5a1-0000-7000-8000-000000000042",
                    "home_outcome_id": "0198c5a1-0000-7000-8000-000000000012",
                }
            ],
            "automatic": True,
            "recognition": {"procedure": "By the rules of the memorandum", "documents": ["Personal transcript"]},
        }
    ],
    "transcript_policy": "on_completion",
    "starts_on": "2027-02-01",
    "ends_on": "2027-04-30",
    "project_code": "2027-1-MT01-KA121-VET-000012345",
    "mobility_id": "2027-SHORT-0001-KA121-VET-000012345",
    "call_year": 2027,
    "activity_type": "short_term",
    "mode": "physical",
    "language": {"code": "it", "level": "B1"},
    "eqf_level": 4,
    "activities": [
        {
            "task": "Rolls out workstation images with the host's technicians.",
            "host_outcome_ids": ["0198c5a1-0000-7000-8000-000000000042"],
            "hours": 120,
        }
    ],
    "assessments": [
        {
            "host_unit_id": "0198c5a1-0000-7000-8000-000000000041",
            "host_outcome_ids": ["0198c5a1-0000-7000-8000-000000000042"],
            "method": "work_simulation",
            "planned_on": "2027-04-28",
            "criteria": "Works alone, within the change window.",
        }
    ],
    "documentation": ["Training record", "Europass Mobility"],
    "reintegration": "Two afternoons with the class teacher.",
}

ProjectCode = Annotated[
    str,
    StringConstraints(pattern=r"^20[0-9]{2}-[1-3]-[A-Z]{2}[0-9]{2}-KA[0-9]{3}-[A-Z]{3}-[0-9]{9}$"),
    Field(examples=["2027-1-MT01-KA121-VET-000012345"]),
]
"""Call year, round, national agency, action, field, number."""
MobilityId = Annotated[
    str,
    StringConstraints(pattern=r"^20[0-9]{2}-[A-Z]{5}-[0-9]{4}-KA[0-9]{3}-[A-Z]{3}-[0-9]{9}$"),
    Field(examples=["2027-SHORT-0001-KA121-VET-000012345"]),
]
"""Unique Erasmus+ Mobility ID: call year, activity type, counter, and the end of the project code."""
HostOutcomes = Annotated[list[UUID], Field(min_length=1, max_length=500), distinct()]
Texts = Annotated[list[ShortText], Field(min_length=1, max_length=50), distinct()]


class Part(Body):
    model_config = ConfigDict(from_attributes=True)


class OutcomePairBody(Part):
    """A host outcome that stands for a home outcome."""

    host_outcome_id: UUID
    home_outcome_id: UUID


class RecognitionPlanBody(Part):
    """What home does with the result: who validates and recognises it, how, until when, from which documents."""

    validating_id: UUID | None = Field(None, description="The institution that validates, if not the home institution")
    recognising_id: UUID | None = Field(
        None, description="The institution that recognises, if not the home institution"
    )
    procedure: LongText | None = None
    decided_until: Day | None = None
    documents: Texts | None = None
    conditions: Annotated[list[LongText], Field(min_length=1, max_length=20), distinct()] | None = Field(
        None, description="What has still to be fulfilled: recognition is then not automatic"
    )


class UnitAbroadBody(Part):
    """A home unit to be achieved through a unit of the host, as the comparability of the two says."""

    unit_id: UUID
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: Version
    outcomes: Annotated[list[OutcomePairBody], Field(min_length=1, max_length=500), distinct()]
    automatic: StrictBool = Field(description="Home recognises the unit by rule; the memorandum has to opt in as well")
    alternative: LongText | None = Field(None, description="What happens at home instead, if it is not automatic")
    part: StrictBool | None = Field(
        None,
        description="The outcomes are only part of what the unit takes: they are recognised, and not the unit."
        " If you do not say it, it is found out and marked for you",
    )
    recognition: RecognitionPlanBody | None = None


class LanguageBody(Part):
    """In which the learner learns and works abroad, and the level that is needed for it (CEFR)."""

    code: LanguageCode
    level: Cefr


class ProgressBody(Part):
    acquired_unit_ids: Annotated[list[UUID], Field(max_length=200), distinct()]
    enclosures: Texts | None = Field(None, description="What shows it, such as a Europass")


class LearningActivityBody(Part):
    task: LongText
    host_outcome_ids: HostOutcomes
    hours: Annotated[int, Field(strict=True, ge=1, le=5_000)] | None = None


class AssessmentPlanBody(Part):
    """What is to be assessed abroad: by whom, when, where, how, by which criteria."""

    host_unit_id: UUID
    host_outcome_ids: HostOutcomes
    method: Method
    planned_on: Day | None = None
    place: ShortText | None = None
    assessing_id: UUID | None = Field(None, description="The assessor's institution, if it is not the host")
    criteria: LongText | None = None
    procedure: LongText | None = None


class LearningAgreementRequest(Body):
    """What learner, home and host sign; `content_hash` is over these fields and your institution as `home_id`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    learner_id: UUID
    host_id: UUID
    memorandum_id: UUID
    memorandum_version: Version = Field(description="The `content_version` of the memorandum")
    qualification_id: UUID = Field(description="The home qualification that the learner prepares")
    qualification_version: Version
    units: Annotated[list[UnitAbroadBody], Field(min_length=1, max_length=50), distinct(lambda unit: unit.unit_id)]
    transcript_policy: TranscriptPolicy = TranscriptPolicy.ON_COMPLETION
    starts_on: Day
    ends_on: Day
    project_code: ProjectCode | None = None
    mobility_id: MobilityId | None = None
    call_year: Annotated[int, Field(strict=True, ge=2000, le=2099)] | None = None
    activity_type: ActivityType | None = Field(None, description="Each has its least and most days")
    mode: Mode | None = None
    weeks: Annotated[int, Field(strict=True, ge=1, le=5_300)] | None = Field(None, description="Of learning")
    language: LanguageBody | None = None
    eqf_level: Annotated[int, Field(strict=True, ge=1, le=8)] | None = Field(None, description="Of the qualification")
    nqf_level: ShortText | None = Field(None, description="Of the qualification")
    progress: ProgressBody | None = Field(None, description="How far the learner has come at home")
    workplace: ShortText | None = Field(None, description="Where the learner works abroad, if not at the host")
    activities: Annotated[list[LearningActivityBody], Field(min_length=1, max_length=100)] | None = None
    assessments: Annotated[list[AssessmentPlanBody], Field(min_length=1, max_length=200)] | None = None
    documentation: Texts | None = Field(None, description="Which records are made of the learning and its assessment")
    reintegration: LongText | None = Field(None, description="What helps the learner to go on at home afterwards")
    provisions: LongText | None = Field(None, description="What happens where some part fails")
    intermediary_id: UUID | None = Field(None, description="Who places the learner, without a part in recognition")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.starts_on, self.ends_on, "ends_on")
        return self

    def terms(self, home_id: UUID) -> Terms:
        return TERMS.validate_python({**self.model_dump(), "home_id": home_id})
