"""The guard of both institutions' signatures: memorandum, catalogue and policies hold and cover everything."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from services.agreements.domain.learning_agreement_terms import Terms, UnitAbroad
from services.agreements.domain.learning_agreements import Frame
from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.memorandum_terms import Terms as MemorandumTerms
from services.agreements.domain.reference import Comparability, Institution, Reference, unknown
from shared.contracts.agreements import Responsible
from shared.contracts.catalogue import EcvetFunction
from shared.problems import Conflict, Error, MemorandumNotInForce, NotCompetent, UnitNotCovered, error, refuse


def check_covered(terms: Terms, frame: Frame, today: date) -> None:
    memorandum = frame.memorandum
    _check_open(terms, memorandum, today)
    _check_parties(terms, memorandum.terms)
    _check_competent(terms, frame)
    _check_volume(terms, frame)
    errors = [
        *_of_duration(terms, memorandum.terms),
        *_unfounded_automation(terms, memorandum.terms),
        *_of_comparabilities(terms, frame.known),
    ]
    refuse(errors, "The agreement does not rest on what memorandum and catalogue say.")


def check_duration(terms: Terms, memorandum: MemorandumTerms) -> None:
    """A stay that is agreed to be shorter is still as long as its memorandum asks for, whatever has become of that.

    To come back early is something else: it is a fact, and agreed by nobody.
    """
    refuse(_of_duration(terms, memorandum), "The memorandum asks for another duration.")


def check_comparable(terms: Terms, known: Reference) -> None:
    """Asked before anybody signs, too: nobody should sign in vain what home may not."""
    refuse(_of_comparabilities(terms, known))


def _of_comparabilities(terms: Terms, known: Reference) -> Iterator[Error]:
    for place, unit in enumerate(terms.units):
        yield from _doubtful(place, unit, terms, known.comparabilities.get(unit.comparability_id))


def _check_open(terms: Terms, memorandum: Memorandum, today: date) -> None:
    if why := memorandum.why_not_open(today, terms.qualification_id):
        raise MemorandumNotInForce(why)
    if terms.memorandum_version != memorandum.revision.number:
        raise MemorandumNotInForce(f"The version in force is {memorandum.revision.number}.")
    if terms.starts_on < memorandum.terms.valid_from or terms.ends_on > memorandum.terms.valid_until:
        raise MemorandumNotInForce("The stay is not within the validity of the memorandum.")


def _check_parties(terms: Terms, memorandum: MemorandumTerms) -> None:
    for institution_id in (terms.home_id, terms.host_id):
        if institution_id not in memorandum.party_ids:
            raise UnitNotCovered(f"Institution {institution_id} is not a party of the memorandum.")
        if institution_id not in memorandum.signatories_of(terms.qualification_id):
            raise UnitNotCovered(f"Institution {institution_id} is not a signatory for this qualification.")
    for unit in terms.units:
        if not memorandum.covers(terms.qualification_id, terms.qualification_version, unit.unit_id):
            raise UnitNotCovered(f"Unit {unit.unit_id} of this qualification's version is not open for mobility.")


def _check_competent(terms: Terms, frame: Frame) -> None:
    """Who assesses, validates and recognises does so in the memorandum, and is competent for it in the catalogue."""
    for function, institution_ids in _acting(terms, frame.memorandum.terms).items():
        named = _named(function, frame.memorandum.terms, terms.qualification_id)
        for institution_id in sorted(institution_ids):
            _check_acts(institution_id, frame.known.institutions.get(institution_id), function, named)


def _acting(terms: Terms, memorandum: MemorandumTerms) -> Mapping[EcvetFunction, set[UUID]]:
    """Whom the agreement names; else host and home, unless the memorandum says who is responsible instead."""
    plans = [unit.recognition for unit in terms.units if unit.recognition]
    acting = {
        EcvetFunction.ASSESSES: terms.assessing_ids,
        EcvetFunction.VALIDATES: {plan.validating_id for plan in plans if plan.validating_id},
        EcvetFunction.RECOGNISES: {plan.recognising_id for plan in plans if plan.recognising_id},
    }
    if _responsible(memorandum, terms.qualification_id) is None:
        acting[EcvetFunction.ASSESSES] = acting[EcvetFunction.ASSESSES] or {terms.host_id}
        acting[EcvetFunction.RECOGNISES] |= {terms.home_id}
    return acting


def _named(function: EcvetFunction, memorandum: MemorandumTerms, qualification_id: UUID) -> set[UUID]:
    """Those whom the memorandum makes responsible for this qualification, else the parties that take it on."""
    if responsible := _responsible(memorandum, qualification_id):
        return set(getattr(responsible, function))
    return {party.institution_id for party in memorandum.parties if function in party.functions}


def _responsible(memorandum: MemorandumTerms, qualification_id: UUID) -> Responsible | None:
    named = memorandum.responsible or ()
    return next((entry for entry in named if entry.qualification_id == qualification_id), None)


def _check_acts(
    institution_id: UUID, institution: Institution | None, function: EcvetFunction, named: set[UUID]
) -> None:
    detail = None
    if institution_id not in named:
        detail = f"In the memorandum, institution {institution_id} is not the one that {function} here."
    elif institution is None or function not in institution.functions:
        detail = f"Institution {institution_id} is not competent for: {function}."
    if detail:
        raise NotCompetent(detail, institution_id=str(institution_id), functions=[function])


def _check_volume(terms: Terms, frame: Frame) -> None:
    """Learners that go from this home to this host in a year, by their first day."""
    most = frame.memorandum.terms.yearly_volume
    if most is not None and frame.agreed_that_year >= most:
        raise Conflict(f"The memorandum is for {most} learners between the two in {terms.starts_on.year}.")


def _of_duration(terms: Terms, memorandum: MemorandumTerms) -> Iterator[Error]:
    if memorandum.minimum_days and terms.days < memorandum.minimum_days:
        yield error("/ends_on", "too_short", f"The memorandum asks for {memorandum.minimum_days} days or more.")
    if memorandum.maximum_days and terms.days > memorandum.maximum_days:
        yield error("/ends_on", "too_long", f"The memorandum allows {memorandum.maximum_days} days at the most.")


def _unfounded_automation(terms: Terms, memorandum: MemorandumTerms) -> Iterator[Error]:
    for place, unit in enumerate(terms.units):
        if unit.automatic and not memorandum.is_automatic(terms.home_id, unit.unit_id):
            detail = "In the memorandum the home institution has not opted in to automatic recognition of this unit."
            yield error(f"/units/{place}/automatic", "not_opted_in", detail)


def _doubtful(place: int, unit: UnitAbroad, terms: Terms, found: Comparability | None) -> Iterator[Error]:
    pointer = f"/units/{place}/comparability_id"
    if found is None:
        yield unknown(pointer, "comparability of units")
    elif found.withdrawn_on:
        yield error(pointer, "withdrawn", f"It was withdrawn on {found.withdrawn_on}.")
    elif found.version != unit.comparability_version:
        yield error(pointer, "not_current", f"Its current version is {found.version}.")
    elif (found.home_unit_id, found.host_unit_id) != (unit.unit_id, unit.host_unit_id):
        yield error(pointer, "other_units", "It compares other units than these two.")
    elif found.home_qualification_id not in {None, terms.qualification_id}:
        yield error(pointer, "other_qualification", "It is declared for another qualification that has the unit, too.")
    elif not found.is_valid(terms.starts_on, terms.ends_on):
        yield error(pointer, "not_valid", "It is not valid during the whole stay.")
    elif not found.outcomes.issuperset(unit.outcomes):
        detail = "The comparability does not say this of all of these outcomes."
        yield error(f"/units/{place}/outcomes", "not_comparable", detail)
    elif found.has_conditions and unit.automatic:
        detail = "It is comparable on conditions, so recognition is not automatic: somebody sees whether they are met."
        yield error(f"/units/{place}/automatic", "has_conditions", detail)
