from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StringConstraints, TypeAdapter

from services.catalogue.api.fields import ANSWER, EqfLevel, IscedF, MarkFromZero, Points
from services.catalogue.api.unit_bodies import EXAMPLE_UNIT, UnitAnswer, UnitRequest
from services.catalogue.domain.entries import UnitEntry
from services.catalogue.domain.qualifications import QualificationDescription, QualificationState
from shared.bodies import NOT_BLANK, Body, CalendarDate, CountryCode, LanguageMap, ShortText
from shared.contracts.catalogue import PartialPoints, SecondResult

DESCRIPTION = TypeAdapter(QualificationDescription)
UNITS = TypeAdapter(tuple[UnitEntry, ...])

ContentHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

EXAMPLE: dict[str, Any] = {
    "awarding_body_id": "01996b0c-5c00-7000-8000-000000000001",
    "country": "MT",
    "title": {"en": "ICT Support Technician"},
    "kind": "VET diploma",
    "eqf_level": 4,
    "nqf_level": "4",
    "isced_f": "0612",
    "points": "30.0",
    "accumulation": {"second_result": "best_grade", "partial_points": "pro_rata"},
    "valid_from": "2026-01-01",
    "valid_until": None,
    "units": [EXAMPLE_UNIT],
}
CONSENT: dict[str, Any] = {"content_hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"}


class AccumulationBody(Body):
    """How units add up to the qualification; what is left out is as usual."""

    model_config = ConfigDict(from_attributes=True)

    second_result: SecondResult | None = Field(
        None, description="What comes of a second positive result for a unit that counts; usually `evidence_only`"
    )
    partial_points: PartialPoints | None = Field(
        None,
        description="What a unit in progress has of its points; usually `none`, `pro_rata`: by weight",
    )
    pass_mark: MarkFromZero | None = Field(None, description="Of the weighted mean, on the home scale; usually 10")
    pass_mark_inclusive: StrictBool | None = Field(None, description="Whether the pass mark is enough; usually it is")
    bonus_mark: MarkFromZero | None = Field(
        None, description="Above it a bonus unit adds to the mean; usually the pass mark"
    )


class QualificationDescriptionBody(Body):
    awarding_body_id: UUID
    country: CountryCode
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = Field(
        None,
        description="ISO 3166-2: the part of the country that `nqf_level` is of, where there are several frameworks",
        examples=["GB-SCT"],
    )
    title: LanguageMap
    kind: ShortText | None = Field(None, description="What the country calls this type of qualification")
    eqf_level: EqfLevel
    nqf_level: Annotated[str, StringConstraints(min_length=1, max_length=20), NOT_BLANK] | None = Field(
        None, description="As the national framework numbers it"
    )
    isced_f: IscedF
    points: Points | None = Field(None, description="Those of its compulsory units together; none if it is without")
    designed_by_ids: Annotated[list[UUID], Field(max_length=20)] | None = Field(
        None, description="For a joint qualification: the institutions that design it, its owner among them"
    )
    accumulation: AccumulationBody | None = Field(None, description="null: everything as usual")
    valid_from: CalendarDate
    valid_until: CalendarDate | None = None


class QualificationRequest(QualificationDescriptionBody):
    """May lack what publication asks for; then the answer to the publication says all that is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    units: list[UnitRequest] = Field(max_length=100)

    def description(self) -> QualificationDescription:
        return DESCRIPTION.validate_python(self.model_dump(exclude={"units"}))

    def entries(self) -> tuple[UnitEntry, ...]:
        return UNITS.validate_python(self.model_dump()["units"])


class ConsentRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [CONSENT]})

    content_hash: ContentHash = Field(description="Of the content that you have read")


class ConsentAnswer(ConsentRequest):
    model_config = ANSWER

    institution_id: UUID


class QualificationSummaryAnswer(QualificationDescriptionBody):
    model_config = ANSWER

    qualification_id: UUID
    version: int
    owner_id: UUID
    state: QualificationState
    supersedes_version: int | None = Field(description="The published version that it follows")


class QualificationAnswer(QualificationSummaryAnswer):
    units: list[UnitAnswer]
    content_hash: ContentHash
    consents: list[ConsentAnswer]


class VersionSummaryAnswer(QualificationSummaryAnswer):
    published_at: datetime | None = Field(description="null for some of the oldest")
    superseded_by: int | None = Field(description="The version after it")


class QualificationVersionAnswer(VersionSummaryAnswer, QualificationAnswer):
    pass
