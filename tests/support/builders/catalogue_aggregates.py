"""The demo world as the catalogue's own aggregates, for tests of its rules."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from uuid import UUID

from services.catalogue.domain.country_policies import CountryPolicy, PolicyState
from services.catalogue.domain.entries import OutcomeEntry, UnitEntry
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.joint_design import Consent
from services.catalogue.domain.qualifications import Qualification, QualificationDescription, QualificationState
from shared.contracts.catalogue import CountryPolicyPublished, InstitutionRegistered, QualificationPublished, Unit
from tests.support.builders.catalogue import MALTA, MALTA_ICT


def institution(fact: InstitutionRegistered = MALTA) -> Institution:
    return Institution(**vars(fact))


def qualification(
    fact: QualificationPublished = MALTA_ICT,
    state: QualificationState = QualificationState.DRAFT,
    owner: InstitutionRegistered = MALTA,
) -> Qualification:
    return Qualification(owner_id=owner.institution_id, state=state, **vars(fact))


def awarded(one: Qualification) -> Qualification:
    """With its awarding body's consent to this content."""
    consent = Consent(institution_id=one.awarding_body_id, content_hash=one.content_hash)
    return replace(one, consents=(*one.consents, consent))


def country_policy(fact: CountryPolicyPublished, state: PolicyState = PolicyState.PUBLISHED) -> CountryPolicy:
    return CountryPolicy(state=state, **vars(fact))


def description_of(one: Qualification) -> QualificationDescription:
    return QualificationDescription(**{name: getattr(one, name) for name in QualificationDescription.__annotations__})


def entry_of(unit: Unit) -> UnitEntry:
    return UnitEntry(**vars(unit) | {"outcomes": tuple(OutcomeEntry(**vars(outcome)) for outcome in unit.outcomes)})


def as_new(entry: UnitEntry) -> UnitEntry:
    return replace(entry, unit_id=None, outcomes=tuple(replace(outcome, outcome_id=None) for outcome in entry.outcomes))


def numbered(start: int = 1) -> Iterator[UUID]:
    return (UUID(int=number) for number in count(start))
