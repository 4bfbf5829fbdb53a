"""What a signing link looks like on the wire; its secret once only."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.agreements.api.fields import ANSWER, HashProfile, Sha256
from services.agreements.api.learning_agreement_terms import LearningAgreementRequest
from services.agreements.api.stay_bodies import ComplementRequest
from services.agreements.domain.complements import Account
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.domain.learning_agreements import State as AgreementState
from services.agreements.domain.revisions import Revision
from services.agreements.domain.signing_links import LinkState, SigningLink, Subject
from services.agreements.handlers import Opened
from shared import clock
from shared.bodies import Body
from shared.contracts.agreements import Side

EXAMPLE: dict[str, Any] = {"side": "learner", "valid_hours": 72}
Signing = Literal[Side.LEARNER, Side.GUARDIAN]


class SigningLinkRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    side: Signing = Field(description="Whose signature: the learner's, or besides a minor's the guardian's")
    valid_hours: Annotated[int, Field(strict=True, ge=1, le=14 * 24)] = 72

    @property
    def valid_for(self) -> timedelta:
        return timedelta(hours=self.valid_hours)


class SigningLinkAnswer(BaseModel):
    """Who made it for what, and what came of it."""

    model_config = ANSWER

    link_id: UUID
    version: int
    state: LinkState
    learning_agreement_id: UUID
    side: Signing
    subject: Subject = Field(description="What is to be signed")
    content_version: int
    content_hash: Sha256
    made_by: str
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None = Field(description="The first time")
    opened_from: str | None = Field(description="A fingerprint of the address: the same one for the same address")
    used_at: datetime | None
    used_from: str | None
    revoked_at: datetime | None
    revoked_by: str | None

    @classmethod
    def of(cls, link: SigningLink, **more: Any) -> Self:
        return cls.model_validate({**vars(link), "link_id": link.id, "state": link.state(clock.now()), **more})


class NewSigningLinkAnswer(SigningLinkAnswer):
    secret: str = Field(description="Shown this once. Whoever has it can sign: give it to nobody else")
    path: str = Field(description="Where it is opened and signed by, through the API")
    page: str = Field(description="The page on which a person reads what is to be signed, and signs: send this one")


class TermsAnswer(LearningAgreementRequest):
    model_config = ANSWER

    home_id: UUID


class AccountAnswer(ComplementRequest):
    model_config = ANSWER

    started_on: date
    ended_on: date


class OpenedLinkAnswer(BaseModel):
    """What is to be signed, in full, and nothing about anybody else."""

    learning_agreement_id: UUID
    side: Signing
    subject: Subject
    learner_given_name: str
    home_id: UUID
    host_id: UUID
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    terms: TermsAnswer | None = Field(description="For `content` and `change`: all that `content_hash` is over")
    account: AccountAnswer | None = Field(description="For `complement`: all that `content_hash` is over")
    expires_at: datetime

    @classmethod
    def of(cls, opened: Opened) -> Self:
        link, agreement, learner = opened.link, opened.agreement, opened.learner
        revision, terms, account = _to_be_signed(link.subject, agreement)
        return cls(
            learning_agreement_id=agreement.id,
            side=link.side,
            subject=link.subject,
            learner_given_name=learner.personal.given_name if learner.personal else "",
            home_id=agreement.terms.home_id,
            host_id=agreement.terms.host_id,
            content_version=revision.number,
            content_hash=revision.hash,
            hash_profile=revision.profile,
            terms=terms and TermsAnswer.model_validate(terms),
            account=account and AccountAnswer.model_validate(account),
            expires_at=link.expires_at,
        )


def _to_be_signed(subject: Subject, agreement: LearningAgreement) -> tuple[Revision, Terms | None, Account | None]:
    if subject is Subject.CHANGE and agreement.proposal:
        return agreement.proposal.revision, agreement.proposal.terms, None
    if subject is Subject.COMPLEMENT and agreement.complement:
        return agreement.complement.revision, None, agreement.complement.account
    return agreement.revision, agreement.terms, None


class SignedByLinkAnswer(BaseModel):
    learning_agreement_id: UUID
    state: AgreementState = Field(description="Of the learning agreement, after the signature")
    side: Signing
    subject: Subject
    content_version: int
    content_hash: Sha256
    signed_at: datetime
