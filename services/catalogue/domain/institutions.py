"""Competent institutions, the ECVET functions they hold (domain.md 1), and which of them are one and the same."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from services.catalogue.domain.facts import say
from shared.contracts.catalogue import Competence, EcvetFunction, InstitutionChanged, InstitutionRegistered
from shared.problems import DuplicateInstitution, Error, error, invalid, refuse
from shared.transitions import following


class InstitutionState(StrEnum):
    REGISTERED = "registered"
    MERGED = "merged"


class InstitutionCommand(StrEnum):
    CHANGE = "change"
    """Of the institution, or of what belongs to it: contacts, aliases, grades."""
    MERGE = "merger"


TRANSITIONS = {
    (InstitutionState.REGISTERED, InstitutionCommand.CHANGE): InstitutionState.REGISTERED,
    (InstitutionState.REGISTERED, InstitutionCommand.MERGE): InstitutionState.MERGED,
}


@dataclass(frozen=True, kw_only=True)
class InstitutionProfile:
    name: str
    country: str
    oid: str | None
    pic: str | None
    competences: tuple[Competence, ...]
    demo: bool
    not_a_duplicate_of: tuple[UUID, ...] = ()
    """Institutions that look the same, but somebody has made sure that they are not."""


@dataclass(frozen=True, kw_only=True)
class Institution(InstitutionProfile):
    institution_id: UUID
    version: int
    merged_into_id: UUID | None = None
    merge_reason: str | None = None

    @property
    def state(self) -> InstitutionState:
        return InstitutionState.MERGED if self.merged_into_id else InstitutionState.REGISTERED

    @property
    def survivor_id(self) -> UUID:
        """Whose id counts: its own, unless it was merged. Never more than one step away."""
        return self.merged_into_id or self.institution_id

    @property
    def name_key(self) -> str:
        """The same for names that differ only in case, accents, spaces and punctuation."""
        plain = unicodedata.normalize("NFKD", self.name.casefold())
        return "".join(character for character in plain if character.isalnum()) or self.name

    def holds(self, *functions: EcvetFunction) -> bool:
        """Whether it holds one of the functions; what it held before a merger is for its survivor to hold."""
        return not self.merged_into_id and any(competence.function in functions for competence in self.competences)


def register(profile: InstitutionProfile, institution_id: UUID) -> tuple[Institution, list[InstitutionRegistered]]:
    refuse(_check_competences(profile))
    institution = Institution(institution_id=institution_id, version=1, **vars(profile))
    return institution, [say(InstitutionRegistered, institution)]


def change(institution: Institution, profile: InstitutionProfile) -> tuple[Institution, list[InstitutionChanged]]:
    """The country stays: it decides whose competent body answers for the institution."""
    require_unmerged(institution)
    refuse([*_check_competences(profile), *_check_country(institution, profile)])
    told_apart = dict.fromkeys((*institution.not_a_duplicate_of, *profile.not_a_duplicate_of))
    changed = replace(
        institution,
        version=institution.version + 1,
        **vars(profile) | {"not_a_duplicate_of": tuple(told_apart)},
    )
    return changed, [say(InstitutionChanged, changed)]


def require_unmerged(institution: Institution) -> None:
    following(TRANSITIONS, institution.state, InstitutionCommand.CHANGE)


def refuse_duplicate(institution: Institution, similar: Iterable[Institution]) -> None:
    """Unless whoever registers it says that it is another one (domain.md 3.7, #113).

    `similar` have its PIC, or its name in its country.
    """
    known = {
        other.survivor_id: "pic" if institution.pic and other.pic == institution.pic else "name"
        for other in similar
        if other.survivor_id != institution.institution_id
        and not {other.institution_id, other.survivor_id} & set(institution.not_a_duplicate_of)
    }
    if known:
        duplicates = [{"institution_id": str(one), "same": same} for one, same in known.items()]
        raise DuplicateInstitution(
            f"It seems to be registered already, as {' and '.join(map(str, known))}."
            " If it is another one, name these in not_a_duplicate_of.",
            duplicates=duplicates,
        )


def merge(
    duplicate: Institution, survivor: Institution | None, merged_before: Iterable[Institution], reason: str
) -> tuple[list[Institution], list[InstitutionChanged]]:
    """All that changes: the duplicate, and those that were merged into it, which now point to the survivor too.

    `survivor` is what the caller named, or what that one was merged into; None if there is no such institution.
    """
    following(TRANSITIONS, duplicate.state, InstitutionCommand.MERGE)
    survivor_id = _survivor_id(duplicate, survivor)
    changed = [
        replace(one, merged_into_id=survivor_id, version=one.version + 1)
        for one in (replace(duplicate, merge_reason=reason), *merged_before)
    ]
    return changed, [say(InstitutionChanged, one) for one in changed]


def _survivor_id(duplicate: Institution, survivor: Institution | None) -> UUID:
    if survivor is None:
        raise invalid("/into_id", "unknown", "No institution has this id.")
    if survivor.institution_id == duplicate.institution_id:
        raise invalid("/into_id", "circular", "An institution is not merged into itself, nor into one merged into it.")
    if survivor.country != duplicate.country:
        raise invalid("/into_id", "foreign", f"Both have to be in {duplicate.country}.")
    return survivor.institution_id


def _check_competences(profile: InstitutionProfile) -> Iterator[Error]:
    competences = enumerate(profile.competences)
    return check_unique((f"/competences/{index}/function", competence.function) for index, competence in competences)


def _check_country(institution: Institution, profile: InstitutionProfile) -> Iterator[Error]:
    if profile.country != institution.country:
        yield error("/country", "fixed", f"The institution is in {institution.country}. Register another one instead.")
