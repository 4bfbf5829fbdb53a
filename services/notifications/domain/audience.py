"""Who is entitled to a fact. Deny by default: a fact without a rule here reaches nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared.contracts.agreements import (
    LearnerErased,
    LearningAgreementAgreed,
    LearningAgreementCompleted,
    LearningAgreementStarted,
    LearningAgreementStep,
    MemorandumActivated,
    MemorandumStep,
)
from shared.contracts.assessment import AssessmentConfirmed, AssessmentStep, TranscriptIssued, TranscriptWithdrawn
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    GradeTablePublished,
    InstitutionRegistered,
    QualificationPublished,
)
from shared.contracts.facts import Fact
from shared.contracts.notifications import (
    SubscriptionDisabled,
    SubscriptionFailing,
    SubscriptionPinged,
    SubscriptionVerified,
)
from shared.contracts.recognition import (
    AppealDecided,
    AppealOpened,
    CreditDocumented,
    CreditExpired,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRefused,
    CreditRevoked,
    EvidenceKept,
    InformationProvided,
    InformationRequested,
    LedgerCheckpointed,
    QualificationCompleted,
    ReviewRequired,
    ValidationCompleted,
)


@dataclass(frozen=True)
class Audience:
    """Everyone; or the institutions named, and the competent bodies of the country for the qualification."""

    everyone: bool = False
    institution_ids: frozenset[UUID] = frozenset()
    country: str | None = None
    qualification_id: UUID | None = None
    home_id: UUID | None = None
    """Whose learner it is about."""


NOBODY = Audience()
EVERYONE = Audience(everyone=True)

Rule = Callable[[Any], Audience]


def _everyone(_: Fact) -> Audience:
    return EVERYONE


def _parties(fact: MemorandumActivated | MemorandumStep) -> Audience:
    return Audience(institution_ids=frozenset(party.institution_id for party in fact.parties))


Mobility = (
    LearningAgreementAgreed
    | LearningAgreementStep
    | LearningAgreementStarted
    | LearningAgreementCompleted
    | AssessmentConfirmed
    | AssessmentStep
    | TranscriptIssued
    | TranscriptWithdrawn
)


def _home_and_host(fact: Mobility) -> Audience:
    return Audience(institution_ids=frozenset({fact.home_id, fact.host_id}), home_id=fact.home_id)


def _home_and_host_for(fact: LearningAgreementAgreed) -> Audience:
    return replace(_home_and_host(fact), qualification_id=fact.qualification_id)


Decided = (
    ValidationCompleted
    | CreditRecognised
    | CreditPartiallyRecognised
    | CreditDocumented
    | CreditRefused
    | CreditRevoked
    | CreditExpired
    | EvidenceKept
    | ReviewRequired
    | InformationRequested
    | InformationProvided
    | AppealOpened
    | AppealDecided
)


def _decided(fact: Decided) -> Audience:
    return Audience(
        institution_ids=frozenset({fact.home_id, fact.host_id}),
        country=fact.home_country,
        qualification_id=fact.qualification_id,
        home_id=fact.home_id,
    )


def _at_home(fact: QualificationCompleted) -> Audience:
    return Audience(
        institution_ids=frozenset({fact.home_id}),
        country=fact.home_country,
        qualification_id=fact.qualification_id,
        home_id=fact.home_id,
    )


def _home_and_hosts(fact: LearnerErased) -> Audience:
    return Audience(institution_ids=frozenset({fact.home_id, *fact.host_ids}), home_id=fact.home_id)


def _owner(fact: SubscriptionVerified | SubscriptionPinged | SubscriptionFailing | SubscriptionDisabled) -> Audience:
    return Audience(institution_ids=frozenset({fact.owner_id}))


RULES: Mapping[type[Fact], Rule] = {
    InstitutionRegistered: _everyone,
    CountryPolicyPublished: _everyone,
    QualificationPublished: _everyone,
    ComparabilityDeclared: _everyone,
    ComparabilityWithdrawn: _everyone,
    GradeTablePublished: _everyone,
    MemorandumActivated: _parties,
    MemorandumStep: _parties,
    LearningAgreementAgreed: _home_and_host_for,
    LearningAgreementStarted: _home_and_host,
    LearningAgreementCompleted: _home_and_host,
    LearningAgreementStep: _home_and_host,
    LearnerErased: _home_and_hosts,
    AssessmentConfirmed: _home_and_host,
    AssessmentStep: _home_and_host,
    TranscriptIssued: _home_and_host,
    TranscriptWithdrawn: _home_and_host,
    ValidationCompleted: _decided,
    CreditRecognised: _decided,
    CreditPartiallyRecognised: _decided,
    CreditDocumented: _decided,
    CreditRefused: _decided,
    CreditRevoked: _decided,
    CreditExpired: _decided,
    EvidenceKept: _decided,
    ReviewRequired: _decided,
    InformationRequested: _decided,
    InformationProvided: _decided,
    AppealOpened: _decided,
    AppealDecided: _decided,
    QualificationCompleted: _at_home,
    LedgerCheckpointed: _everyone,
    SubscriptionVerified: _owner,
    SubscriptionPinged: _owner,
    SubscriptionFailing: _owner,
    SubscriptionDisabled: _owner,
}
"""A fact goes by the rule of its class, else by that of the class it derives from."""


def audience(fact: Fact) -> Audience:
    rule = next((RULES[kind] for kind in type(fact).__mro__ if kind in RULES), None)
    return rule(fact) if rule else NOBODY
