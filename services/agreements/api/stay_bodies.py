"""What is said of a stay, and what is written down of it afterwards."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from services.agreements.api.fields import ANSWER, Day, HashProfile, Sha256, check_order, content_of, distinct
from services.agreements.domain.complements import Account
from services.agreements.domain.learning_agreements import Complement, LearningAgreement, Signature, State
from shared.bodies import Body, LongText
from shared.contracts.assessment import Method

ACCOUNT = TypeAdapter(Account)
OUTCOME = "0198c5a1-0000-7000-8000-000000000042"


class StartRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"started_on": "2027-02-01"}]})

    started_on: Day


class CompletionRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"completed_on": "2027-04-30"}]})

    completed_on: Day


class InterruptionRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"last_day": "2027-03-12", "reason": "The workshop closed."}]}
    )

    last_day: Day
    reason: LongText


class EvaluationBody(Body):
    """How some outcomes were evaluated; the results stand in the transcript."""

    model_config = ConfigDict(from_attributes=True)

    method: Method
    criteria: LongText
    host_outcome_ids: Annotated[list[UUID], Field(min_length=1, max_length=500), distinct()]


class BreakBody(Body):
    """Days within the stay on which the learner was not there."""

    model_config = ConfigDict(from_attributes=True)

    first_day: Day
    last_day: Day
    reason: LongText | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.first_day, self.last_day, "last_day")
        return self


class ComplementRequest(Body):
    """What really took place; the actual first and last day are those of the agreement, and are signed as well."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "Rollout of workstations in the hospital's branch offices.",
                    "tasks": ["Prepared the images", "Installed and handed over 40 workstations"],
                    "virtual_part": "Two days of preparation online.",
                    "host_outcome_ids": [OUTCOME],
                    "evaluations": [
                        {"method": "observation", "criteria": "Checklist of unit 3", "host_outcome_ids": [OUTCOME]}
                    ],
                    "interruptions": [{"first_day": "2027-03-01", "last_day": "2027-03-03"}],
                    "hours": 320,
                }
            ]
        }
    )

    programme: LongText
    tasks: Annotated[list[LongText], Field(min_length=1, max_length=100)]
    virtual_part: LongText | None = None
    host_outcome_ids: Annotated[
        list[UUID], Field(max_length=1_000, description="The agreed outcomes that were worked on"), distinct()
    ]
    evaluations: Annotated[list[EvaluationBody], Field(default_factory=list, max_length=200)]
    interruptions: Annotated[list[BreakBody], Field(default_factory=list, max_length=100)]
    hours: Annotated[int, Field(strict=True, ge=0, le=20_000, description="Spent on the programme, all together")]

    def account(self, agreement: LearningAgreement) -> Account:
        """Of the actual stay; of the planned one as long as it has not ended, which is refused."""
        days = {
            "started_on": agreement.started_on or agreement.terms.starts_on,
            "ended_on": agreement.completed_on or agreement.terms.ends_on,
        }
        return ACCOUNT.validate_python({**self.model_dump(), **days})


class ComplementAnswer(ComplementRequest):
    """`version` and `state` are the agreement's; `content_version` and `content_hash` are what is signed."""

    model_config = ANSWER

    learning_agreement_id: UUID
    version: int
    state: State
    started_on: date
    ended_on: date
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    signatures: list[Signature]

    @classmethod
    def of(cls, agreement: LearningAgreement, complement: Complement) -> Self:
        about = {"learning_agreement_id": agreement.id, "version": agreement.version, "state": agreement.state}
        return cls.model_validate(
            {
                **vars(complement.account),
                **content_of(complement.revision),
                **about,
                "signatures": complement.signatures,
            }
        )
