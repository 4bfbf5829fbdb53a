"""What is asked of a memorandum."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from services.agreements.api.fields import ReasonBody, SeenBody, distinct
from services.agreements.api.memorandum_terms import TermsRequest
from services.agreements.domain.memoranda import GeneralInfo, Override
from services.agreements.domain.memoranda.suspensions import Scope
from shared.bodies import Body, EmailAddress, LongText, PhoneNumber, ShortText, WebAddress

GENERAL_INFO = TypeAdapter(GeneralInfo)

HOME, HOST = "0198c5a1-0000-7000-8000-000000000001", "0198c5a1-0000-7000-8000-000000000002"
QUALIFICATION, UNIT = "0198c5a1-0000-7000-8000-000000000010", "0198c5a1-0000-7000-8000-000000000011"
YES = {"confirmed": True, "text": {"en": "As annexed.", "fr": "Selon l'annexe."}}
TERMS_EXAMPLE: dict[str, Any] = {
    "parties": [
        {"institution_id": HOME, "functions": ["validates", "recognises"]},
        {"institution_id": HOST, "functions": ["provides_training", "assesses"]},
    ],
    "qualifications": [{"qualification_id": QUALIFICATION, "qualification_version": 1, "unit_ids": [UNIT]}],
    "automatic_recognition": [
        {
            "institution_id": HOME,
            "unit_id": UNIT,
            "policy": "on_with_conditions",
            "conditions": {"second_person": True, "minimum_days": 14},
        }
    ],
    "two_person_rule": False,
    "confirmations": {
        "status": YES,
        "procedures": YES,
        "conditions": YES,
        "comparability": YES,
        "other_actors": YES,
    },
    "valid_from": "2026-09-01",
    "valid_until": "2029-08-31",
    "objectives": {"en": "Units learnt abroad count at home."},
    "minimum_days": 14,
    "maximum_days": 90,
    "yearly_volume": 40,
    "responsible": [{"qualification_id": QUALIFICATION, "assesses": [HOST], "validates": [HOME], "recognises": [HOME]}],
    "review": {"review_on": "2028-06-30", "reviewed_by": [HOME, HOST]},
    "notice_months": 6,
    "languages": ["en", "it"],
    "enclosures": [
        {"title": {"en": "Assessment grids"}, "uri": "https://school.example/annexes/1.pdf", "sha256": "9f" * 32}
    ],
}


class WantedTermsRequest(TermsRequest):
    """Terms, and why they are wanted although there is a memorandum like it already."""

    duplicate_of: UUID | None = Field(
        None, description="A memorandum like this one that has not ended, if there has to be another all the same"
    )
    duplicate_because: LongText | None = Field(None, description="Why there has to be another; shown for ever")

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if (self.duplicate_of is None) is not (self.duplicate_because is None):
            raise PydanticCustomError("unexplained", "Give duplicate_of and duplicate_because together.")
        return self

    def override(self) -> Override | None:
        if self.duplicate_of is None or self.duplicate_because is None:
            return None
        return Override(duplicate_of=self.duplicate_of, reason=self.duplicate_because)


class MemorandumRequest(WantedTermsRequest):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "MT-IT-2026-01"} | TERMS_EXAMPLE]})

    code: ShortText | None = Field(None, description="Your own code for it")


class ProposedTermsRequest(WantedTermsRequest):
    """The full new terms, not a part of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [TERMS_EXAMPLE | {"maximum_days": 180}]})


class ApprovalRequest(SeenBody):
    code: ShortText | None = Field(None, description="Your own code for the memorandum")


class ScopeRequest(Body):
    """Without `qualification_ids` the whole memorandum is meant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"qualification_ids": [QUALIFICATION]}, {}]})

    qualification_ids: Annotated[list[UUID], Field(min_length=1, max_length=50), distinct()] | None = None

    def scope(self) -> Scope:
        return None if self.qualification_ids is None else tuple(self.qualification_ids)


class SuspensionRequest(ReasonBody, ScopeRequest):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "The workshop is being rebuilt.", "qualification_ids": [QUALIFICATION]}]
        }
    )


class ContactBody(Body):
    """An office, or a person at work in it."""

    model_config = ConfigDict(from_attributes=True)

    purpose: Literal["signing", "operational"]
    name: ShortText
    position: ShortText | None = None
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None


class GeneralInfoBody(Body):
    """What a party says of itself, and changes without anybody's approval."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "website": "https://school.example/mobility",
                    "contacts": [
                        {"purpose": "operational", "name": "Mobility office", "email": "mobility@school.example"}
                    ],
                }
            ]
        },
    )

    website: WebAddress | None = None
    address: LongText | None = None
    contacts: Annotated[list[ContactBody], Field(default_factory=list, max_length=20)]

    def info(self) -> GeneralInfo:
        return GENERAL_INFO.validate_python(self.model_dump())
