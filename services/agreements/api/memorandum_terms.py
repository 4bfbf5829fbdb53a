"""The terms of a memorandum on the wire: what the parties sign."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, TypeAdapter, model_validator

from services.agreements.api.fields import Day, Sha256, Version, check_order, distinct
from services.agreements.domain.memorandum_terms import Terms
from shared.bodies import Body, CountryCode, LanguageCode, LanguageMap, ShortText, WebAddress
from shared.contracts.agreements import Automation
from shared.contracts.assessment import Method
from shared.contracts.catalogue import EcvetFunction

TERMS = TypeAdapter(Terms)
NAMES = tuple(Terms.__dataclass_fields__)

Days = Annotated[int, Field(strict=True, ge=1, le=3_650)]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=50), distinct()]


class Part(Body):
    model_config = ConfigDict(from_attributes=True)


class PartyBody(Part):
    """A signing organisation and the ECVET functions it takes on."""

    institution_id: UUID
    functions: Annotated[list[EcvetFunction], Field(min_length=1, max_length=len(EcvetFunction)), distinct()]


class CoveredQualificationBody(Part):
    """A published qualification and its units that are open for mobility."""

    qualification_id: UUID
    qualification_version: Version
    unit_ids: Annotated[list[UUID], Field(min_length=1, max_length=200), distinct()]
    signatory_ids: Annotated[list[UUID], Field(min_length=2, max_length=50), distinct()] | None = Field(
        None, description="The parties that sign for it; a change of this entry alone needs only their approval"
    )
    conditions: LanguageMap | None = Field(None, description="Conditions for this qualification alone")


class AutomationConditionsBody(Part):
    """What has to be true of a mobility; what is left out asks for nothing."""

    host_ids: Ids | None = Field(None, description="Only results of these institutions")
    methods: Annotated[list[Method], Field(min_length=1, max_length=len(Method)), distinct()] | None = Field(
        None, description="Only assessments by these methods"
    )
    second_person: StrictBool | None = Field(None, description="Confirmed by somebody other than who recorded it")
    minimum_days: Days | None = Field(None, description="How long the stay has to be agreed for")


class AutomaticRecognitionBody(Part):
    """Whether the home institution opts in to automatic recognition of this unit; without an entry it does not."""

    institution_id: UUID
    unit_id: UUID
    policy: Automation
    conditions: AutomationConditionsBody | None = Field(None, description="With `on_with_conditions`, and only then")


class ConfirmationBody(Part):
    confirmed: StrictBool
    text: LanguageMap


class ConfirmationsBody(Part):
    """The five confirmations that the Recommendation of 18 June 2009 (Annex II) asks for; all, before a proposal."""

    status: ConfirmationBody | None = Field(None, description="Each other's status as competent institutions")
    procedures: ConfirmationBody | None = Field(
        None, description="Each other's quality assurance, assessment, validation and recognition"
    )
    conditions: ConfirmationBody | None = Field(None, description="Objectives, duration, review")
    comparability: ConfirmationBody | None = Field(None, description="Of the qualifications, by the EQF")
    other_actors: ConfirmationBody | None = Field(None, description="Others involved, and their functions")


class ResponsibleBody(Part):
    """Who does what for the units of one qualification; three bodies, or one."""

    qualification_id: UUID
    assesses: Ids
    validates: Ids
    recognises: Ids


class OtherOrganisationBody(Part):
    """One that does not sign and is covered all the same, such as a school under a regional authority that does."""

    name: ShortText
    country: CountryCode
    covered_by: UUID = Field(description="The party that signs for it")
    institution_id: UUID | None = None


class OtherActorBody(Part):
    name: ShortText
    function: LanguageMap


class ReviewBody(Part):
    review_on: Day
    reviewed_by: Ids


class EnclosureBody(Part):
    """A document that is part of the terms: signed by its hash, kept where the address says."""

    title: LanguageMap
    uri: WebAddress
    sha256: Sha256


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
    objectives: LanguageMap | None = None
    minimum_days: Days | None = Field(None, description="The shortest stay")
    maximum_days: Days | None = Field(None, description="The longest stay")
    yearly_volume: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = Field(
        None, description="Learners a year at the most"
    )
    responsible: (
        Annotated[
            list[ResponsibleBody],
            Field(min_length=1, max_length=50),
            distinct(lambda responsible: responsible.qualification_id),
        ]
        | None
    ) = Field(None, description="Without it, each party that has taken on the function")
    documentation: LanguageMap | None = Field(None, description="What is used to document results")
    assessment_procedures: LanguageMap | None = Field(None, description="Procedures and criteria that are accepted")
    quality_assurance: LanguageMap | None = Field(None, description="How quality is assured (EQAVET)")
    other_organisations: (
        Annotated[
            list[OtherOrganisationBody],
            Field(min_length=1, max_length=500),
            distinct(lambda organisation: organisation.name),
        ]
        | None
    ) = None
    other_actors: (
        Annotated[list[OtherActorBody], Field(min_length=1, max_length=50), distinct(lambda actor: actor.name)] | None
    ) = None
    review: ReviewBody | None = Field(None, description="When it is evaluated, and by whom")
    notice_months: Annotated[int, Field(strict=True, ge=1, le=60)] | None = Field(
        None, description="Notice of termination; without it twelve months, one academic year"
    )
    languages: Annotated[list[LanguageCode], Field(min_length=1, max_length=40), distinct()] | None = None
    enclosures: (
        Annotated[list[EnclosureBody], Field(min_length=1, max_length=50), distinct(lambda enclosure: enclosure.uri)]
        | None
    ) = None
    comparability_ids: Annotated[list[UUID], Field(min_length=1, max_length=500), distinct()] | None = Field(
        None, description="The comparabilities of units that it relies on"
    )
    renews_id: UUID | None = Field(None, description="The memorandum that this one goes on from")


class TermsRequest(TermsBody):
    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.valid_from, self.valid_until, "valid_until")
        return self

    def terms(self) -> Terms:
        return TERMS.validate_python(self.model_dump(include=set(NAMES)))


def shown(terms: Terms) -> dict[str, Any]:
    """For an answer."""
    return {name: getattr(terms, name) for name in NAMES}
