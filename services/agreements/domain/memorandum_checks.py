"""What has to be true of a memorandum's terms: of any draft, and before it is put to signature (domain.md 2.1, 3.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from uuid import UUID

from services.agreements.domain.memorandum_content import Confirmation
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.reference import Institution, Reference, unknown
from shared.contracts.agreements import Automation, Responsible
from shared.contracts.catalogue import EcvetFunction
from shared.problems import Error, NotCompetent, error, refuse

Institutions = Mapping[UUID, Institution]
RESPONSIBILITIES = {
    "assesses": EcvetFunction.ASSESSES,
    "validates": EcvetFunction.VALIDATES,
    "recognises": EcvetFunction.RECOGNISES,
}


def check_writable(terms: Terms, writer: UUID, known: Reference) -> None:
    """What even a draft must fulfil: the writer is a party, every id is known, and nothing contradicts itself."""
    refuse(
        [
            *_unknown_institutions(terms, known.institutions),
            *_unknown(terms, known),
            *_unknown_comparabilities(terms, known),
            *_without(writer, terms),
            *_contradictions(terms),
            *_conditions(terms),
            *_strangers(terms),
        ]
    )


def _without(writer: UUID, terms: Terms) -> Iterator[Error]:
    if writer not in terms.party_ids:
        yield error("/parties", "own_institution_missing", "Your own institution has to be one of the parties.")


def _unknown(terms: Terms, known: Reference) -> Iterator[Error]:
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


def institutions_named(terms: Terms) -> Iterator[tuple[str, UUID]]:
    """Every institution that the terms name, with its place."""
    for place, party in enumerate(terms.parties):
        yield f"/parties/{place}/institution_id", party.institution_id
    for place, entry in enumerate(terms.automatic_recognition):
        for host_place, host_id in enumerate((entry.conditions and entry.conditions.host_ids) or ()):
            yield f"/automatic_recognition/{place}/conditions/host_ids/{host_place}", host_id
    for place, responsible in enumerate(terms.responsible or ()):
        for name in RESPONSIBILITIES:
            for inner, institution_id in enumerate(getattr(responsible, name)):
                yield f"/responsible/{place}/{name}/{inner}", institution_id
    for place, organisation in enumerate(terms.other_organisations or ()):
        if organisation.institution_id:
            yield f"/other_organisations/{place}/institution_id", organisation.institution_id
    for place, reviewer in enumerate(terms.review.reviewed_by if terms.review else ()):
        yield f"/review/reviewed_by/{place}", reviewer


def _unknown_institutions(terms: Terms, institutions: Institutions) -> Iterator[Error]:
    for pointer, institution_id in institutions_named(terms):
        if institution_id not in institutions:
            yield unknown(pointer, "institution")


def _unknown_comparabilities(terms: Terms, known: Reference) -> Iterator[Error]:
    for place, comparability_id in enumerate(terms.comparability_ids or ()):
        if comparability_id not in known.comparabilities:
            yield unknown(f"/comparability_ids/{place}", "comparability of units")


def _contradictions(terms: Terms) -> Iterator[Error]:
    if terms.minimum_days and terms.maximum_days and terms.maximum_days < terms.minimum_days:
        yield error("/maximum_days", "order", "The longest stay is shorter than the shortest one.")
    if terms.review and not terms.valid_from <= terms.review.review_on <= terms.valid_until:
        yield error("/review/review_on", "not_valid", "The review has to be within the validity.")
    for place, responsible in enumerate(terms.responsible or ()):
        if responsible.qualification_id not in terms.qualification_ids:
            detail = "The memorandum does not cover this qualification."
            yield error(f"/responsible/{place}/qualification_id", "not_covered", detail)


def _conditions(terms: Terms) -> Iterator[Error]:
    for place, entry in enumerate(terms.automatic_recognition):
        pointer, wants = f"/automatic_recognition/{place}/conditions", entry.policy is Automation.ON_WITH_CONDITIONS
        if wants and (entry.conditions is None or all(value is None for value in vars(entry.conditions).values())):
            yield error(pointer, "missing", "Say what the conditions are.")
        if not wants and entry.conditions is not None:
            yield error(pointer, "unexpected", "Conditions go with the policy on_with_conditions only.")


def _strangers(terms: Terms) -> Iterator[Error]:
    """Institutions that have to be parties."""
    parties, detail = set(terms.party_ids), "It is not one of the parties."
    for place, covered in enumerate(terms.qualifications):
        for inner, signatory_id in enumerate(covered.signatory_ids or ()):
            if signatory_id not in parties:
                yield error(f"/qualifications/{place}/signatory_ids/{inner}", "not_a_party", detail)
    for place, organisation in enumerate(terms.other_organisations or ()):
        if organisation.covered_by not in parties:
            yield error(f"/other_organisations/{place}/covered_by", "not_a_party", detail)


def check_proposable(terms: Terms, institutions: Institutions, today: date) -> None:
    """The guard of a content put to signature: complete, between countries, not over, and everybody competent."""
    errors = [
        *_missing_confirmations(terms),
        *_too_few(terms, institutions),
        *_unfounded_automation(terms),
        *_over(terms, today),
    ]
    refuse(errors, "The memorandum is not complete enough to be proposed.")
    for party in terms.parties:
        _check_competent(party.institution_id, set(party.functions), institutions)
    for responsible in terms.responsible or ():
        _check_responsible(responsible, institutions)


def _check_responsible(responsible: Responsible, institutions: Institutions) -> None:
    for name, function in RESPONSIBILITIES.items():
        for institution_id in getattr(responsible, name):
            _check_competent(institution_id, {function}, institutions)


def check_party_competent(terms: Terms, party_id: UUID, institutions: Institutions) -> None:
    """A signature counts only from who still holds the functions that it takes on."""
    taken_on = {function for party in terms.parties if party.institution_id == party_id for function in party.functions}
    _check_competent(party_id, taken_on, institutions)


def _check_competent(institution_id: UUID, functions: set[EcvetFunction], institutions: Institutions) -> None:
    if missing := sorted(functions - institutions[institution_id].functions):
        raise NotCompetent(
            f"Institution {institution_id} is not competent for: {', '.join(missing)}.",
            institution_id=str(institution_id),
            functions=missing,
        )


def _missing_confirmations(terms: Terms) -> Iterator[Error]:
    for field in fields(terms.confirmations):
        confirmation: Confirmation | None = getattr(terms.confirmations, field.name)
        if confirmation is None or not confirmation.confirmed:
            detail = "The Recommendation asks for this confirmation."
            yield error(f"/confirmations/{field.name}", "not_confirmed", detail)


def _over(terms: Terms, today: date) -> Iterator[Error]:
    if terms.valid_until < today:
        yield error("/valid_until", "past", "It would have ended already.")


def _too_few(terms: Terms, institutions: Institutions) -> Iterator[Error]:
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
