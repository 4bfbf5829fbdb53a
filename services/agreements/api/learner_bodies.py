"""What a learner looks like on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, PastDate, StringConstraints, TypeAdapter, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from services.agreements.api.fields import ANSWER, distinct
from services.agreements.domain.learners import ErasureReason, Identifiers, Learner, PersonalData
from services.agreements.domain.retention import Periods, retention
from services.agreements.handlers import Registration
from shared import clock
from shared.bodies import NOT_BLANK, WRITTEN_AS_DATE, Body, CountryCode, EmailAddress, PhoneNumber, ShortText

PERSONAL_DATA, IDENTIFIERS = TypeAdapter(PersonalData), TypeAdapter(Identifiers)

EXAMPLE: dict[str, Any] = {
    "given_name": "Demo",
    "family_name": "Learner",
    "birth_date": "2010-04-01",
    "email": "demo.learner@example.org",
    "phone": "+356 2100 0000",
    "address": "1 Demo Street, Marsa",
    "nationality": "MT",
    "guardian": {"name": "Demo Parent", "phone": "+356 2100 0001"},
    "esi": "urn:schac:personalUniqueCode:int:esi:school.example:2026-0001",
}

Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), NOT_BLANK]
Esi = Annotated[
    str,
    Field(description="European Student Identifier, by the student's school or country (domain.md 5)"),
    StringConstraints(pattern=r"^urn:schac:personalUniqueCode:int:esi:[A-Za-z0-9][A-Za-z0-9.-]{1,99}:[!-9;-~]{1,100}$"),
]
NationalId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z ./-]{2,38}[0-9A-Za-z]$")]
BirthDate = Annotated[
    PastDate,
    Field(ge=date(1900, 1, 1)),
    WRITTEN_AS_DATE,
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20)", "description": "A day in the past"}),
]


class GuardianBody(Body):
    """Who signs besides a minor."""

    model_config = ConfigDict(from_attributes=True)

    name: ShortText
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    address: Address | None = None


class LearnerFields(Body):
    model_config = ConfigDict(hide_input_in_errors=True)

    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    address: Address | None = None
    nationality: CountryCode | None = None
    guardian: GuardianBody | None = Field(None, description="Needed before a minor signs anything")
    esi: Esi | None = None
    national_id: NationalId | None = None
    distinct_from: Annotated[
        tuple[UUID, ...],
        Field(max_length=50, description="Learners of yours who look the same and are somebody else: you have checked"),
        distinct(),
    ] = ()


class LearnerRequest(LearnerFields):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    given_name: ShortText
    family_name: ShortText
    birth_date: BirthDate

    @model_validator(mode="after")
    def _guardian_reachable(self) -> Self:
        if self.guardian and not (self.guardian.email or self.guardian.phone or self.guardian.address):
            raise PydanticCustomError("unreachable", "Say how to reach the guardian: email, phone or address.")
        return self

    def registration(self) -> Registration:
        said = self.model_dump(exclude={"distinct_from"})
        return Registration(
            personal=PERSONAL_DATA.validate_python(said),
            identifiers=IDENTIFIERS.validate_python(said),
            distinct_from=frozenset(self.distinct_from),
        )


class ErasureRequest(Body):
    """Why, as a code: no text about the person outlives their data."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "requested"}]})

    reason: Literal[ErasureReason.REQUESTED, ErasureReason.NO_LONGER_NEEDED, ErasureReason.UNLAWFUL]


class RetentionBody(Body):
    model_config = ANSWER

    basis: str = Field(description="What the data are kept for")
    until: date = Field(description="The last day; after it they are erased, unless an agreement is running")


class LearnerAnswer(LearnerFields):
    """Once erased, nothing personal is left in it."""

    model_config = ANSWER

    learner_id: UUID = Field(description="The learner's pseudonym: all that anything else says of the learner")
    version: int
    home_id: UUID
    given_name: str | None
    family_name: str | None
    birth_date: date | None
    registered_at: datetime
    guardian_missing: bool = Field(description="A minor without a guardian: nothing can be signed until one is named")
    retention: RetentionBody | None
    erased_at: datetime | None
    erased_because: str | None

    @classmethod
    def of(cls, learner: Learner, identifiers: Identifiers, periods: Periods) -> Self:
        nothing = dict.fromkeys(("given_name", "family_name", "birth_date"))
        return cls.model_validate(
            {
                **vars(learner),
                **(vars(learner.personal) if learner.personal else nothing),
                **vars(identifiers),
                "learner_id": learner.id,
                "distinct_from": sorted(learner.distinct_from),
                "guardian_missing": learner.is_guardian_missing(clock.now().date()),
                "retention": retention(learner, periods),
            }
        )
