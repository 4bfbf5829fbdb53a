"""What a memorandum looks like on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, TypeAdapter, model_validator

from services.agreements.api.fields import ANSWER, Day, HashProfile, SeenBody, Sha256, Version, check_order, distinct
from services.agreements.domain.memoranda import Approval, Ending, Memorandum, State
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.store import MemorandumVersion
from shared import clock
from shared.bodies import Body, LanguageMap, ShortText
from shared.contracts.agreements import Automation
from shared.contracts.catalogue import EcvetFunction

TERMS = TypeAdapter(Terms)

HOME, HOST = "0198c5a1-0000-7000-8000-000000000001", "0198c5a1-0000-7000-8000-000000000002"
QUALIFICATION, UNIT = "0198c5a1-0000-7000-8000-000000000010", "0198c5a1-0000-7000-8000-000000000011"
YES = {"confirmed": True, "text": {"en": "As annexed.", "fr": "Selon l'annexe."}}
EXAMPLE: dict[str, Any] = {
    "code": "MT-IT-2026-01",
    "parties": [
        {"institution_id": HOME, "functions": ["validates", "recognises"]},
        {"institution_id": HOST, "functions": ["provides_training", "assesses"]},
    ],
    "qualifications": [{"qualification_id": QUALIFICATION, "qualification_version": 1, "unit_ids": [UNIT]}],
    "automatic_recognition": [{"institution_id": HOME, "unit_id": UNIT, "policy": "on"}],
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
}


class PartyBody(Body):
    """A signing organisation and the ECVET functions it takes on."""

    model_config = ConfigDict(from_attributes=True)

    institution_id: UUID
    functions: Annotated[list[EcvetFunction], Field(min_length=1, max_length=len(EcvetFunction)), distinct()]


class CoveredQualificationBody(Body):
    """A published qualification and its units that are open for mobility."""

    model_config = ConfigDict(from_attributes=True)

    qualification_id: UUID
    qualification_version: Version
    unit_ids: Annotated[list[UUID], Field(min_length=1, max_length=200), distinct()]


class AutomaticRecognitionBody(Body):
    """Whether the home institution opts in to automatic recognition of this unit; without an entry it does not."""

    model_config = ConfigDict(from_attributes=True)

    institution_id: UUID
    unit_id: UUID
    policy: Literal[Automation.OFF, Automation.ON]


class ConfirmationBody(Body):
    model_config = ConfigDict(from_attributes=True)

    confirmed: StrictBool
    text: LanguageMap


class ConfirmationsBody(Body):
    """The five confirmations that the Recommendation of 18 June 2009 (Annex II) asks for; all, before a proposal."""

    model_config = ConfigDict(from_attributes=True)

    status: ConfirmationBody | None = Field(None, description="Each other's status as competent institutions")
    procedures: ConfirmationBody | None = Field(
        None, description="Each other's quality assurance, assessment, validation and recognition"
    )
    conditions: ConfirmationBody | None = Field(None, description="Objectives, duration, review")
    comparability: ConfirmationBody | None = Field(None, description="Of the qualifications, by the EQF")
    other_actors: ConfirmationBody | None = Field(None, description="Others involved, and their functions")


class TermsBody(Body):
    """What the parties sign; `content_hash` is over exactly these fields, whatever the order of the lists."""

    parties: Annotated[
        list[PartyBody], Field(min_length=1, max_length=50), distinct(lambda party: party.institution_id)
    ]
    qualifications: Annotated[
        list[CoveredQualificationBody],
        Field(default_factory=list, max_length=50),
        distinct(lambda covered: (covered.qualification_id, covered.qualification_version)),
    ]
    automatic_recognition: Annotated[
        list[AutomaticRecognitionBody],
        Field(default_factory=list, max_length=2_000),
        distinct(lambda entry: (entry.institution_id, entry.unit_id)),
    ]
    two_person_rule: StrictBool = Field(
        False, description="Assessments are confirmed by somebody other than who recorded them"
    )
    confirmations: ConfirmationsBody = ConfirmationsBody()
    valid_from: Day
    valid_until: Day


class MemorandumRequest(TermsBody):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    code: ShortText | None = Field(None, description="Your own code for it")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.valid_from, self.valid_until, "valid_until")
        return self

    def terms(self) -> Terms:
        return TERMS.validate_python(self.model_dump(exclude={"code"}))


class ApprovalRequest(SeenBody):
    code: ShortText | None = Field(None, description="Your own code for the memorandum")


class MemorandumAnswer(TermsBody):
    model_config = ANSWER

    memorandum_id: UUID
    version: int
    state: State
    in_force: bool = Field(description="Approved by all parties, and today within the validity")
    not_in_force_because: str | None
    drafted_by: UUID
    codes: Mapping[UUID, str] = Field(description="Each party's own code")
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    approvals: list[Approval]
    ending: Ending | None

    @classmethod
    def of(cls, memorandum: Memorandum) -> Self:
        why_not = memorandum.why_not_in_force(clock.now().date())
        return cls.model_validate(
            {
                **vars(memorandum),
                **vars(memorandum.terms),
                "memorandum_id": memorandum.id,
                "in_force": why_not is None,
                "not_in_force_because": why_not,
                "content_version": memorandum.revision.number,
                "content_hash": memorandum.revision.hash,
                "hash_profile": memorandum.revision.profile,
            }
        )


class MemorandumVersionAnswer(TermsBody):
    """What was put to signature; it never changes."""

    model_config = ANSWER

    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    proposed_by: UUID
    proposed_at: datetime

    @classmethod
    def of(cls, version: MemorandumVersion) -> Self:
        return cls.model_validate(
            {
                **vars(version),
                **vars(version.terms),
                "content_version": version.revision.number,
                "content_hash": version.revision.hash,
                "hash_profile": version.revision.profile,
            }
        )
