from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from services.catalogue.api.fields import ANSWER, Code, EqfLevel, EscoUris, IscedF, MarkFromZero, Points, Share
from shared.bodies import Body, CalendarDate, DecimalText, LanguageMap
from shared.contracts.catalogue import CoveragePolicy, OutcomeKind

KEPT = "Leave it out for what is new; send it again for what stays"
COMMON = "; or name a unit that another qualification has published, which is then common to both"

EXAMPLE_UNIT: dict[str, Any] = {
    "code": "U3",
    "title": {"en": "Deployment"},
    "eqf_level": 4,
    "compulsory": True,
    "points": "30.0",
    "notional_hours": 750,
    "assessment": {"en": "A work simulation and an interview, by two assessors; every required outcome is shown once"},
    "esco_uris": ["http://data.europa.eu/esco/skill/1973c966-f236-40c9-b2d4-5d71a89019be"],
    "valid_from": "2026-01-01",
    "valid_until": None,
    "outcomes": [
        {"code": "U3.K", "kind": "knowledge", "statement": {"en": "Knows the install procedures"}, "weight": "1"},
        {"code": "U3.S", "kind": "skill", "statement": {"en": "Rolls out a workstation image"}, "weight": "2"},
    ],
}

Weight = Annotated[
    Decimal,
    DecimalText(r"^([1-9][0-9]{0,3}(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$"),
    AfterValidator(lambda weight: weight.quantize(Decimal("0.01"))),
]
"""More than nothing."""


class OutcomeRequest(Body):
    outcome_id: UUID | None = Field(None, description=KEPT)
    code: Code
    kind: OutcomeKind
    statement: LanguageMap
    required: StrictBool = Field(True, description="Whether the unit is not achieved without it")
    weight: Weight | None = Field(None, description="Beside that of the unit's other outcomes; all of them or none")
    esco_uris: EscoUris | None = None


class OutcomeAnswer(OutcomeRequest):
    model_config = ANSWER

    outcome_id: UUID


class CoverageBody(Body):
    """How the results of an outcome that is assessed more than once are taken together."""

    model_config = ConfigDict(from_attributes=True)

    policy: CoveragePolicy
    threshold: Share | None = Field(None, description="With `weighted`: how much of the weight has to be achieved")

    @model_validator(mode="after")
    def _threshold_where_it_is_asked_for(self) -> Self:
        if (self.policy is CoveragePolicy.WEIGHTED) != bool(self.threshold):
            raise PydanticCustomError("threshold", "A threshold above 0 goes with `weighted`, and with nothing else.")
        return self


class UnitDescriptionBody(Body):
    code: Code
    title: LanguageMap
    eqf_level: EqfLevel
    compulsory: StrictBool = True
    points: Points | None = None
    coefficient: Weight | None = Field(
        None, description="Its weight in the weighted mean, in place of points; all compulsory units have one, or none"
    )
    eliminatory_mark: MarkFromZero | None = Field(
        None, description="Below it the other units' marks make up for nothing; with a coefficient only"
    )
    bonus: StrictBool | None = Field(
        None, description="Of an optional unit: only what its mark has above the bonus mark adds to the weighted mean"
    )
    credit_validity_years: Annotated[int, Field(strict=True, ge=1, le=100)] | None = Field(
        None, description="How long a credit for it counts, from the last assessment on; null: without end"
    )
    notional_hours: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    prerequisite_ids: Annotated[list[UUID], Field(max_length=100)] | None = Field(
        None, description="Units of this qualification that have to be achieved before"
    )
    minimum_optional_outcomes: Annotated[int, Field(strict=True, ge=0, le=100)] | None = Field(
        None, description="How many of the outcomes that are not required have to be achieved besides"
    )
    isced_f: IscedF | None = Field(None, description="Where it differs from the qualification's")
    esco_uris: EscoUris | None = None
    valid_from: CalendarDate
    valid_until: CalendarDate | None = None


class UnitRequest(UnitDescriptionBody):
    unit_id: UUID | None = Field(None, description=KEPT + COMMON)
    assessment: LanguageMap | None = Field(None, description="Procedures and criteria for assessment")
    coverage: CoverageBody | None = Field(None, description="Null: an outcome that was achieved once is achieved")
    outcomes: list[OutcomeRequest] = Field(
        max_length=100, description="None of a unit that is common to another qualification: those it has there"
    )


class UnitAnswer(UnitRequest):
    model_config = ANSWER

    unit_id: UUID
    outcomes: list[OutcomeAnswer]  # type: ignore[assignment] # nobody puts a request's outcome into an answer


class PublishedUnitAnswer(UnitDescriptionBody):
    """Without its outcomes and its assessment, which its qualification says."""

    model_config = ANSWER

    unit_id: UUID
    qualification_id: UUID
    country: str
    isced_f: IscedF = Field(description="Its own, or its qualification's")
