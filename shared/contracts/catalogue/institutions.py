"""Competent institutions."""

from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue.topic import TOPIC
from shared.contracts.facts import Fact, fact, part


class EcvetFunction(StrEnum):
    """What a competent institution may be responsible for (domain.md 2.1; Recommendation 18.6.2009, Annex I e)."""

    DESIGNS_QUALIFICATIONS = "designs_qualifications"
    AWARDS_QUALIFICATIONS = "awards_qualifications"
    ALLOCATES_POINTS = "allocates_points"
    PROVIDES_TRAINING = "provides_training"
    ASSESSES = "assesses"
    VALIDATES = "validates"
    RECOGNISES = "recognises"
    ASSURES_QUALITY = "assures_quality"


@part
class Competence:
    """An ECVET function that the institution holds, and the law that gives it."""

    function: EcvetFunction
    legal_reference: str


@fact("acquis.institution.registered.v1", topic=TOPIC, subject="institution_id")
class InstitutionRegistered(Fact):
    institution_id: UUID
    version: int
    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    oid: str | None
    """Organisation id: `E` and 8 digits."""
    pic: str | None
    """Participant identification code: 9 digits."""
    competences: tuple[Competence, ...]
    demo: bool
    merged_into_id: UUID | None = None
    """It turned out to be the same as this one, whose id counts from now on."""


@fact("acquis.institution.changed.v1", topic=TOPIC, subject="institution_id")
class InstitutionChanged(InstitutionRegistered):
    """The whole new value."""
