"""The terms of a memorandum of understanding (domain.md 2.1); `memorandum_checks` says what has to be true of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from services.agreements.domain.memorandum_content import (
    Confirmations,
    CoveredQualification,
    Enclosure,
    LanguageMap,
    OtherActor,
    OtherOrganisation,
    Review,
    SigningOrganisation,
)
from shared.canonical import canonical_json
from shared.contracts.agreements import AutomaticRecognition, Automation, Responsible

T = TypeVar("T")

NOTICE_MONTHS = 12
"""Unless the terms say otherwise: one academic year (domain.md 3.1)."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the parties sign: everything but contacts and each party's own code (domain.md 3.7).

    What is None is not said, and leaves the hash what it was before there was such a member.
    """

    parties: tuple[SigningOrganisation, ...]
    qualifications: tuple[CoveredQualification, ...]
    automatic_recognition: tuple[AutomaticRecognition, ...]
    two_person_rule: bool
    confirmations: Confirmations
    valid_from: date
    valid_until: date
    objectives: LanguageMap | None = None
    minimum_days: int | None = None
    maximum_days: int | None = None
    yearly_volume: int | None = None
    """Learners a year at the most."""
    responsible: tuple[Responsible, ...] | None = None
    documentation: LanguageMap | None = None
    assessment_procedures: LanguageMap | None = None
    quality_assurance: LanguageMap | None = None
    other_organisations: tuple[OtherOrganisation, ...] | None = None
    other_actors: tuple[OtherActor, ...] | None = None
    review: Review | None = None
    notice_months: int | None = None
    languages: tuple[str, ...] | None = None
    enclosures: tuple[Enclosure, ...] | None = None
    comparability_ids: tuple[UUID, ...] | None = None
    """The comparabilities of units that it relies on."""
    renews_id: UUID | None = None
    """The memorandum that this one goes on from."""

    @property
    def party_ids(self) -> list[UUID]:
        return [party.institution_id for party in self.parties]

    @property
    def qualification_ids(self) -> set[UUID]:
        return {covered.qualification_id for covered in self.qualifications}

    def signatories_of(self, qualification_id: UUID) -> set[UUID]:
        """The parties that sign for a qualification: its learners go from one of them to another."""
        entries = [covered for covered in self.qualifications if covered.qualification_id == qualification_id]
        return {party for covered in entries for party in covered.signatory_ids or self.party_ids}

    def covers(self, qualification_id: UUID, qualification_version: int, unit_id: UUID) -> bool:
        return any(
            (covered.qualification_id, covered.qualification_version) == (qualification_id, qualification_version)
            and unit_id in covered.unit_ids
            for covered in self.qualifications
        )

    def is_automatic(self, home_id: UUID, unit_id: UUID) -> bool:
        """Whether the home institution opted in to automatic recognition of the unit (product.md, promise 2).

        With conditions too: what they ask for is tested when the result is there.
        """
        return any(
            (entry.institution_id, entry.unit_id) == (home_id, unit_id) and entry.policy is not Automation.OFF
            for entry in self.automatic_recognition
        )


def in_order(terms: Terms) -> Terms:
    """The same terms, lists sorted, so that their order never changes the hash (domain.md 3.7, iias#169)."""
    return replace(
        terms,
        parties=_by(
            (replace(party, functions=tuple(sorted(party.functions))) for party in terms.parties), "institution_id"
        ),
        qualifications=_by(map(_covered, terms.qualifications), "qualification_id", "qualification_version"),
        automatic_recognition=_by(map(_automatic, terms.automatic_recognition), "institution_id", "unit_id"),
        responsible=_by_value(map(_responsible, terms.responsible)) if terms.responsible else terms.responsible,
        other_organisations=_by_value(terms.other_organisations),
        other_actors=_by_value(terms.other_actors),
        review=replace(terms.review, reviewed_by=_by_value(terms.review.reviewed_by)) if terms.review else None,
        languages=_by_value(terms.languages),
        enclosures=_by_value(terms.enclosures),
        comparability_ids=_by_value(terms.comparability_ids),
    )


def _covered(covered: CoveredQualification) -> CoveredQualification:
    return replace(covered, unit_ids=tuple(sorted(covered.unit_ids)), signatory_ids=_by_value(covered.signatory_ids))


def _automatic(entry: AutomaticRecognition) -> AutomaticRecognition:
    if entry.conditions is None:
        return entry
    host_ids, methods = _by_value(entry.conditions.host_ids), _by_value(entry.conditions.methods)
    return replace(entry, conditions=replace(entry.conditions, host_ids=host_ids, methods=methods))


def _responsible(entry: Responsible) -> Responsible:
    return replace(
        entry,
        assesses=tuple(sorted(entry.assesses)),
        validates=tuple(sorted(entry.validates)),
        recognises=tuple(sorted(entry.recognises)),
    )


def _by(items: Iterable[T], *names: str) -> tuple[T, ...]:
    return tuple(sorted(items, key=lambda item: [getattr(item, name) for name in names]))


def _by_value(items: Any) -> Any:
    """Sorted by the members' canonical bytes; None stays None."""
    return None if items is None else tuple(sorted(items, key=canonical_json))
