"""Competent institutions and the ECVET functions they hold (domain.md 1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from services.catalogue.domain.facts import say
from shared.contracts.catalogue import Competence, EcvetFunction, InstitutionChanged, InstitutionRegistered
from shared.problems import Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class InstitutionProfile:
    name: str
    country: str
    oid: str | None
    pic: str | None
    competences: tuple[Competence, ...]
    demo: bool


@dataclass(frozen=True, kw_only=True)
class Institution(InstitutionProfile):
    institution_id: UUID
    version: int

    def holds(self, *functions: EcvetFunction) -> bool:
        """Whether it holds one of the functions."""
        return any(competence.function in functions for competence in self.competences)


def register(profile: InstitutionProfile, institution_id: UUID) -> tuple[Institution, list[InstitutionRegistered]]:
    refuse(_check_competences(profile))
    institution = Institution(institution_id=institution_id, version=1, **vars(profile))
    return institution, [say(InstitutionRegistered, institution)]


def change(institution: Institution, profile: InstitutionProfile) -> tuple[Institution, list[InstitutionChanged]]:
    """The country stays: it decides whose competent body answers for the institution."""
    refuse([*_check_competences(profile), *_check_country(institution, profile)])
    changed = replace(institution, version=institution.version + 1, **vars(profile))
    return changed, [say(InstitutionChanged, changed)]


def _check_competences(profile: InstitutionProfile) -> Iterator[Error]:
    competences = enumerate(profile.competences)
    return check_unique((f"/competences/{index}/function", competence.function) for index, competence in competences)


def _check_country(institution: Institution, profile: InstitutionProfile) -> Iterator[Error]:
    if profile.country != institution.country:
        yield error("/country", "fixed", f"The institution is in {institution.country}. Register another one instead.")
