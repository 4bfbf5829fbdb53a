"""What a learning agreement looks like, with all that has become of it; and what is said of one before it is agreed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.agreements.api.contact_bodies import ContactsAnswer
from services.agreements.api.fields import ANSWER, HashProfile, SeenBody, Sha256, content_of
from services.agreements.api.learning_agreement_terms import LearningAgreementRequest
from services.agreements.domain.change_reasons import Reason
from services.agreements.domain.diffs import Difference
from services.agreements.domain.learning_agreements import Ending, LearningAgreement, Signature, State
from services.agreements.store import LearningAgreementVersion
from shared.bodies import LongText
from shared.contracts.agreements import Side
from shared.entity_tags import set_etag


class ChangeRequestRequest(SeenBody):
    """What the host wants otherwise in exactly this content."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"content_version": 1, "content_hash": "9f" * 32, "text": "Our workshop is closed in April."}]
        }
    )

    text: LongText


class ChangeRequestAnswer(BaseModel):
    model_config = ANSWER

    id: UUID
    content_version: int
    content_hash: Sha256
    text: str
    requested_by: str = Field(description="`sub` of the token")
    requested_at: datetime


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
    ending: Ending | None
    learner_erased: bool = Field(description="The learner's data are gone, and nothing more is written about them")
    contacts: ContactsAnswer = Field(description="General information of home and host; no part of what is signed")

    @classmethod
    def of(cls, agreement: LearningAgreement) -> Self:
        return cls.model_validate(
            {
                **vars(agreement),
                **vars(agreement.terms),
                "learning_agreement_id": agreement.id,
                **content_of(agreement.revision),
            }
        )


def answer(response: Response, agreement: LearningAgreement) -> LearningAgreementAnswer:
    """What each transition answers: the agreement as it is now, with its ETag."""
    set_etag(response, agreement.version)
    return LearningAgreementAnswer.of(agreement)


class LearningAgreementVersionAnswer(LearningAgreementRequest):
    """What was put to signature, which never changes; and who has signed it."""

    model_config = ANSWER

    home_id: UUID
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    reasons: list[Reason] = Field(description="Of a change, why it was proposed")
    proposed_by: Side
    proposed_at: datetime
    signatures: list[Signature]

    @classmethod
    def of(cls, version: LearningAgreementVersion) -> Self:
        return cls.model_validate({**vars(version), **vars(version.terms), **content_of(version.revision)})


class LearningAgreementDiffAnswer(BaseModel):
    """What differs, by JSON pointers in which an item of a list is named by its key."""

    from_version: int
    to_version: int
    differences: Sequence[Difference]
