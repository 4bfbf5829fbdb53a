"""What a learning agreement looks like on the wire."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, TypeAdapter, model_validator

from services.agreements.api.fields import ANSWER, Day, HashProfile, Sha256, Version, check_order, distinct
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import LearningAgreement, Signature, State
from shared.bodies import Body, LongText
from shared.contracts.agreements import TranscriptPolicy

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
        }
    ],
    "transcript_policy": "on_completion",
    "starts_on": "2027-02-01",
    "ends_on": "2027-04-30",
}


class OutcomePairBody(Body):
    """A host outcome that stands for a home outcome."""

    model_config = ConfigDict(from_attributes=True)

    host_outcome_id: UUID
    home_outcome_id: UUID


class UnitAbroadBody(Body):
    """A home unit to be achieved through a unit of the host, as the comparability of the two says."""

    model_config = ConfigDict(from_attributes=True)

    unit_id: UUID
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: Version
    outcomes: Annotated[list[OutcomePairBody], Field(min_length=1, max_length=500), distinct()]
    automatic: StrictBool = Field(description="Home recognises the unit by rule; the memorandum has to opt in as well")
    alternative: LongText | None = Field(None, description="What happens at home instead, if it is not automatic")


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

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.starts_on, self.ends_on, "ends_on")
        return self

    def terms(self, home_id: UUID) -> Terms:
        return TERMS.validate_python({**self.model_dump(), "home_id": home_id})


class StartRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"started_on": "2027-02-01"}]})

    started_on: Day


class CompletionRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"completed_on": "2027-04-30"}]})

    completed_on: Day


class LearningAgreementAnswer(LearningAgreementRequest):
    model_config = ANSWER

    learning_agreement_id: UUID
    version: int
    state: State
    home_id: UUID
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    signatures: list[Signature]
    started_on: date | None
    completed_on: date | None
    cancelled_because: str | None

    @classmethod
    def of(cls, agreement: LearningAgreement) -> Self:
        return cls.model_validate(
            {
                **vars(agreement),
                **vars(agreement.terms),
                "learning_agreement_id": agreement.id,
                "content_version": agreement.revision.number,
                "content_hash": agreement.revision.hash,
                "hash_profile": agreement.revision.profile,
            }
        )
