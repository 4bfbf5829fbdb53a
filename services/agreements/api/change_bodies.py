"""What a change of an agreed content looks like on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.agreements.api.fields import ANSWER, HashProfile, Sha256, content_of, distinct
from services.agreements.api.learning_agreement_terms import EXAMPLE, LearningAgreementRequest
from services.agreements.domain.change_reasons import ChangeType, Reason, ReasonCode
from services.agreements.domain.changes import Difference
from services.agreements.domain.changing import ChangeEnding
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import Signature
from services.agreements.store import ProposedChange
from shared.bodies import Body, LongText
from shared.contracts.agreements import Side

REASONS = TypeAdapter(tuple[Reason, ...])


class ChangeReasonBody(Body):
    """Why, for one part of the change. A deletion, for instance, takes a code that is a reason for a deletion."""

    model_config = ConfigDict(from_attributes=True)

    type: ChangeType
    code: ReasonCode | None = Field(None, description="A text alone will do for dates, learner data and arrangements")
    unit_id: UUID | None = Field(None, description="The unit that is inserted, deleted or substituted")
    instead_of: UUID | None = Field(None, description="The unit that is given up for the substitute")
    text: LongText | None = None


class ChangeProposalRequest(LearningAgreementRequest):
    """The whole new content, as if it were drafted anew, and why; what differs is computed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE | {"ends_on": "2027-05-14", "reasons": [{"type": "extension", "code": "extending-mobility"}]}
            ]
        }
    )

    reasons: Annotated[
        list[ChangeReasonBody],
        Field(min_length=1, max_length=200),
        distinct(lambda reason: (reason.type, reason.unit_id, reason.instead_of)),
    ]

    def terms(self, home_id: UUID) -> Terms:
        return LearningAgreementRequest(**self.model_dump(exclude={"reasons"})).terms(home_id)

    def why(self) -> tuple[Reason, ...]:
        return REASONS.validate_python([reason.model_dump() for reason in self.reasons])


class ChangeAnswer(BaseModel):
    """A change that was proposed; it is open as long as `ending` is null."""

    model_config = ANSWER

    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    instead_of: int = Field(description="The `content_version` that was in force")
    proposed_by: Side
    proposed_at: datetime
    reasons: list[ChangeReasonBody]
    differences: list[Difference]
    signatures: list[Signature]
    ending: ChangeEnding | None

    @classmethod
    def of(cls, change: ProposedChange) -> Self:
        return cls.model_validate({**vars(change.content), **vars(change), **content_of(change.content.revision)})
