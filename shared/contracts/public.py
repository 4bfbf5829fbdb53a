"""The topic for consumers outside: what everybody may see, and nothing else (docs/decisions/0014)."""

from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    GradeTablePublished,
    InstitutionChanged,
    InstitutionRegistered,
    QualificationPublished,
)
from shared.contracts.facts import Fact
from shared.contracts.recognition import LedgerCheckpointed

TOPIC = "acquis.public.v1"
PRODUCER = "notifications"

FACTS: tuple[type[Fact], ...] = (
    InstitutionRegistered,
    InstitutionChanged,
    CountryPolicyPublished,
    QualificationPublished,
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    GradeTablePublished,
    LedgerCheckpointed,
)
"""What everybody may see; the events are those of the producers' own topics, byte for byte."""
