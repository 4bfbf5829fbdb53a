"""The demo world as the catalogue's own aggregates, for tests of its rules."""

from services.catalogue.domain.country_policies import CountryPolicy, PolicyState
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.qualifications import Qualification, QualificationState
from shared.contracts.catalogue import CountryPolicyPublished, InstitutionRegistered, QualificationPublished
from tests.support.builders.catalogue import MALTA, MALTA_ICT


def institution(fact: InstitutionRegistered = MALTA) -> Institution:
    return Institution(**vars(fact))


def qualification(
    fact: QualificationPublished = MALTA_ICT,
    state: QualificationState = QualificationState.DRAFT,
    owner: InstitutionRegistered = MALTA,
) -> Qualification:
    return Qualification(owner_id=owner.institution_id, state=state, **vars(fact))


def country_policy(fact: CountryPolicyPublished, state: PolicyState = PolicyState.PUBLISHED) -> CountryPolicy:
    return CountryPolicy(state=state, **vars(fact))
