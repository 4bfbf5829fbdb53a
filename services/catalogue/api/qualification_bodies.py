from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StringConstraints, TypeAdapter

from services.catalogue.api.fields import ANSWER, Code, EqfLevel, IscedF, Points
from services.catalogue.domain.entries import UnitEntry
from services.catalogue.domain.qualifications import QualificationDescription, QualificationState
from shared.bodies import NOT_BLANK, Body, CalendarDate, CountryCode, LanguageMap
from shared.contracts.catalogue import OutcomeKind

DESCRIPTION = TypeAdapter(QualificationDescription)
UNITS = TypeAdapter(tuple[UnitEntry, ...])

KEPT = "Leave it out for what is new; send it again for what stays"

EXAMPLE: dict[str, Any] = {
    "awarding_body_id": "01996b0c-5c00-7000-8000-000000000001",
    "country": "MT",
    "title": {"en": "ICT Support Technician"},
    "eqf_level": 4,
    "nqf_level": "4",
    "isced_f": "0612",
    "points": "30.0",
    "valid_from": "2026-01-01",
    "valid_until": None,
    "units": [
        {
            "code": "U3",
            "title": {"en": "Deployment"},
            "eqf_level": 4,
            "compulsory": True,
            "points": "30.0",
            "notional_hours": 750,
            "valid_from": "2026-01-01",
            "valid_until": None,
            "outcomes": [
                {"code": "U3.K", "kind": "knowledge", "statement": {"en": "Knows the install procedures"}},
                {"code": "U3.S", "kind": "skill", "statement": {"en": "Rolls out a workstation image"}},
            ],
        }
    ],
}


class OutcomeRequest(Body):
    outcome_id: UUID | None = Field(None, description=KEPT)
    code: Code
    kind: OutcomeKind
    statement: LanguageMap
    required: StrictBool = Field(True, description="Whether the unit is not achieved without it")


class OutcomeAnswer(OutcomeRequest):
    model_config = ANSWER

    outcome_id: UUID


class UnitRequest(Body):
    unit_id: UUID | None = Field(None, description=KEPT)
    code: Code
    title: LanguageMap
    eqf_level: EqfLevel
    compulsory: StrictBool = True
    points: Points | None = None
    notional_hours: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    outcomes: list[OutcomeRequest] = Field(max_length=100)
    valid_from: CalendarDate
    valid_until: CalendarDate | None = None


class UnitAnswer(UnitRequest):
    model_config = ANSWER

    unit_id: UUID
    outcomes: list[OutcomeAnswer]  # type: ignore[assignment] # nobody puts a request's outcome into an answer


class QualificationDescriptionBody(Body):
    awarding_body_id: UUID
    country: CountryCode
    title: LanguageMap
    eqf_level: EqfLevel
    nqf_level: Annotated[str, StringConstraints(min_length=1, max_length=20), NOT_BLANK] | None = Field(
        None, description="As the national framework numbers it"
    )
    isced_f: IscedF
    points: Points | None = None
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


class QualificationSummaryAnswer(QualificationDescriptionBody):
    model_config = ANSWER

    qualification_id: UUID
    version: int
    owner_id: UUID
    state: QualificationState


class QualificationAnswer(QualificationSummaryAnswer):
    units: list[UnitAnswer]
