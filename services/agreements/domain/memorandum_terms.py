"""The terms of a memorandum of understanding, and what has to be true of them (domain.md 2.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from services.agreements.domain.reference import Institution, Reference, unknown
from shared.contracts.agreements import AutomaticRecognition, Automation, CoveredQualification
from shared.contracts.catalogue import EcvetFunction
from shared.problems import Error, NotCompetent, error, refuse


@dataclass(frozen=True)
class SigningOrganisation:
    """A party, and the ECVET functions it takes on here."""

    institution_id: UUID
    functions: tuple[EcvetFunction, ...]


@dataclass(frozen=True)
class Confirmation:
    confirmed: bool
    text: Mapping[str, str]


@dataclass(frozen=True)
class Confirmations:
    """The five confirmations of the Recommendation of 18 June 2009, Annex II; None as long as nothing is written."""

    status: Confirmation | None
    """They accept each other's status as competent institutions."""
    procedures: Confirmation | None
    """They accept each other's quality assurance, assessment, validation and recognition criteria and procedures."""
    conditions: Confirmation | None
    """They agree on objectives, duration and review of the partnership."""
    comparability: Confirmation | None
    """They agree on the comparability of the qualifications, by the EQF."""
    other_actors: Confirmation | None
    """They name other actors and competent institutions and their functions."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the parties sign: everything but contacts and each party's own code (domain.md 3.7)."""

    parties: tuple[SigningOrganisation, ...]
    qualifications: tuple[CoveredQualification, ...]
    automatic_recognition: tuple[AutomaticRecognition, ...]
    two_person_rule: bool
    confirmations: Confirmations
    valid_from: date
    valid_until: date

    @property
    def party_ids(self) -> list[UUID]:
        return [party.institution_id for party in self.parties]

    def covers(self, qualification_id: UUID, qualification_version: int, unit_id: UUID) -> bool:
        return any(
            (covered.qualification_id, covered.qualification_version) == (qualification_id, qualification_version)
            and unit_id in covered.unit_ids
            for covered in self.qualifications
        )

    def is_automatic(self, home_id: UUID, unit_id: UUID) -> bool:
        """Whether the home institution opted in to automatic recognition of the unit (product.md, promise 2)."""
        return AutomaticRecognition(institution_id=home_id, unit_id=unit_id, policy=Automation.ON) in set(
            self.automatic_recognition
        )


def in_order(terms: Terms) -> Terms:
    """The same terms, lists sorted, so that their order never changes the hash (domain.md 3.7, iias#169)."""
    return replace(
        terms,
        parties=tuple(
            sorted(
                (replace(party, functions=tuple(sorted(party.functions))) for party in terms.parties),
                key=lambda party: party.institution_id,
            )
        ),
        qualifications=tuple(
            sorted(
                (replace(covered, unit_ids=tuple(sorted(covered.unit_ids))) for covered in terms.qualifications),
                key=lambda covered: (covered.qualification_id, covered.qualification_version),
            )
        ),
        automatic_recognition=tuple(
            sorted(terms.automatic_recognition, key=lambda entry: (entry.institution_id, entry.unit_id))
        ),
    )


def check_writable(terms: Terms, drafter: UUID, known: Reference) -> None:
    """What even a draft must fulfil: the drafter is a party, and every id is known."""
    refuse([*_unknown(terms, known), *_without(drafter, terms)])


def _without(drafter: UUID, terms: Terms) -> Iterator[Error]:
    if drafter not in terms.party_ids:
        yield error("/parties", "own_institution_missing", "Your own institution has to be one of the parties.")


def _unknown(terms: Terms, known: Reference) -> Iterator[Error]:
    for place, party in enumerate(terms.parties):
        if party.institution_id not in known.institutions:
            yield unknown(f"/parties/{place}/institution_id", "institution")
    for place, covered in enumerate(terms.qualifications):
        found = known.qualifications.get((covered.qualification_id, covered.qualification_version))
        if found is None:
            yield unknown(f"/qualifications/{place}/qualification_id", "version of a qualification")
            continue
        for unit_place, unit_id in enumerate(covered.unit_ids):
            if unit_id not in found.unit_ids:
                detail = "This version of the qualification has no such unit."
                pointer = f"/qualifications/{place}/unit_ids/{unit_place}"
                yield error(pointer, "not_in_qualification", detail)


def check_proposable(terms: Terms, institutions: Mapping[UUID, Institution]) -> None:
    """The guard of a proposal (domain.md 3.1): complete, between countries, and everybody competent."""
    errors = [*_missing_confirmations(terms), *_too_few(terms, institutions), *_unfounded_automation(terms)]
    refuse(errors, "The memorandum is not complete enough to be proposed.")
    for party in terms.parties:
        if missing := sorted(set(party.functions) - institutions[party.institution_id].functions):
            raise NotCompetent(
                f"Institution {party.institution_id} is not competent for: {', '.join(missing)}.",
                institution_id=str(party.institution_id),
                functions=missing,
            )


def _missing_confirmations(terms: Terms) -> Iterator[Error]:
    for field in fields(terms.confirmations):
        confirmation: Confirmation | None = getattr(terms.confirmations, field.name)
        if confirmation is None or not confirmation.confirmed:
            detail = "The Recommendation asks for this confirmation."
            yield error(f"/confirmations/{field.name}", "not_confirmed", detail)


def _too_few(terms: Terms, institutions: Mapping[UUID, Institution]) -> Iterator[Error]:
    if len({institutions[party_id].country for party_id in terms.party_ids}) < 2:  # noqa: PLR2004 - two is the rule
        detail = "A memorandum is between at least two organisations from at least two countries."
        yield error("/parties", "too_few_countries", detail)
    if not terms.qualifications:
        detail = "A memorandum covers at least one qualification."
        yield error("/qualifications", "too_few_qualifications", detail)


def _unfounded_automation(terms: Terms) -> Iterator[Error]:
    """Automation is the home institution's own to give, and only for what is covered."""
    recognising = {party.institution_id for party in terms.parties if EcvetFunction.RECOGNISES in party.functions}
    covered = {unit_id for qualification in terms.qualifications for unit_id in qualification.unit_ids}
    for place, entry in enumerate(terms.automatic_recognition):
        if entry.institution_id not in recognising:
            detail = "Only a party that recognises can opt in to automatic recognition."
            pointer = f"/automatic_recognition/{place}/institution_id"
            yield error(pointer, "not_recognising", detail)
        if entry.unit_id not in covered:
            detail = "The unit is not open for mobility under this memorandum."
            yield error(f"/automatic_recognition/{place}/unit_id", "not_covered", detail)
