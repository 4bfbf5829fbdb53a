"""What `catalogue` says: the whole published value, so that consumers keep what they need."""

from shared.contracts.catalogue.comparabilities import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    Extent,
    OutcomePair,
)
from shared.contracts.catalogue.country_policies import CountryPolicyPublished, UnitRecognition
from shared.contracts.catalogue.grades import Grade, GradeShare, GradeTablePublished
from shared.contracts.catalogue.institutions import Competence, EcvetFunction, InstitutionChanged, InstitutionRegistered
from shared.contracts.catalogue.qualifications import (
    AccumulationRules,
    Coverage,
    CoveragePolicy,
    LearningOutcome,
    OutcomeKind,
    PartialPoints,
    QualificationPublished,
    SecondResult,
    Unit,
)

__all__ = [
    "AccumulationRules",
    "ComparabilityDeclared",
    "ComparabilityWithdrawn",
    "Competence",
    "CountryPolicyPublished",
    "Coverage",
    "CoveragePolicy",
    "EcvetFunction",
    "Extent",
    "Grade",
    "GradeShare",
    "GradeTablePublished",
    "InstitutionChanged",
    "InstitutionRegistered",
    "LearningOutcome",
    "OutcomeKind",
    "OutcomePair",
    "PartialPoints",
    "QualificationPublished",
    "SecondResult",
    "Unit",
    "UnitRecognition",
]
