"""What even the draft of a learning agreement must fulfil: it fits the catalogue and itself (domain.md 2.2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.agreements.domain.ages import age_on
from services.agreements.domain.learning_agreement_content import DAYS
from services.agreements.domain.learning_agreement_terms import Terms, UnitAbroad
from services.agreements.domain.reference import Qualification, Reference, unknown
from shared.problems import Error, error, refuse


def with_parts_marked(terms: Terms, known: Reference) -> Terms:
    """The same terms, where it is not said, with what is only part of a unit marked so.

    Nobody should sign for a unit what can never be more than part of it.
    """
    qualification = known.qualifications.get((terms.qualification_id, terms.qualification_version))
    units = (
        replace(unit, part=True) if unit.part is None and _is_part(unit, qualification) else unit
        for unit in terms.units
    )
    return replace(terms, units=tuple(units))


def _is_part(unit: UnitAbroad, qualification: Qualification | None) -> bool | None:
    """None where it is not known what the unit takes."""
    takes = qualification.outcomes.get(unit.unit_id) if qualification else None
    return None if takes is None else not takes.is_met_by({pair.home_outcome_id for pair in unit.outcomes})


def check_writable(terms: Terms, known: Reference) -> None:
    """Everything that is wrong, at once."""
    qualification = known.qualifications.get((terms.qualification_id, terms.qualification_version))
    refuse(
        [
            *_unknown(terms, qualification, known),
            *(found for place, unit in enumerate(terms.units) for found in _of_unit(place, unit, qualification)),
            *_counted_twice(terms),
            *_of_qualification(terms, qualification),
            *_of_codes(terms),
            *_of_time(terms),
            *_of_outcomes(terms),
            *_of_host(terms),
            *_of_intermediary(terms),
        ]
    )


def check_old_enough(terms: Terms, birth_date: date, minimum_age: int | None) -> None:
    """By the policies of both countries (domain.md 4.9), on the first day."""
    if minimum_age is not None and age_on(terms.starts_on, birth_date) < minimum_age:
        detail = f"A country's policy asks for an age of {minimum_age} on the first day."
        refuse([error("/starts_on", "too_young", detail)])


def _unknown(terms: Terms, qualification: Qualification | None, known: Reference) -> Iterator[Error]:
    for pointer, institution_id in _institutions(terms):
        if institution_id and institution_id not in known.institutions:
            yield unknown(pointer, "institution")
    if qualification is None:
        yield unknown("/qualification_id", "version of a qualification")
    for place, unit in enumerate(terms.units):
        if qualification and unit.unit_id not in qualification.unit_ids:
            detail = "This version of the qualification has no such unit."
            yield error(f"/units/{place}/unit_id", "not_in_qualification", detail)
        if unit.comparability_id not in known.comparabilities:
            yield unknown(f"/units/{place}/comparability_id", "comparability of units")


def _institutions(terms: Terms) -> Iterator[tuple[str, UUID | None]]:
    yield "/host_id", terms.host_id
    yield "/intermediary_id", terms.intermediary_id
    for place, plan in enumerate(terms.assessments or ()):
        yield f"/assessments/{place}/assessing_id", plan.assessing_id
    for place, unit in enumerate(terms.units):
        if unit.recognition:
            yield f"/units/{place}/recognition/validating_id", unit.recognition.validating_id
            yield f"/units/{place}/recognition/recognising_id", unit.recognition.recognising_id


def _of_unit(place: int, unit: UnitAbroad, qualification: Qualification | None) -> Iterator[Error]:
    if not unit.automatic and not unit.alternative:
        detail = "Say what happens at home instead, since recognition is not automatic."
        yield error(f"/units/{place}/alternative", "missing", detail)
    if unit.automatic and unit.has_conditions:
        detail = "Recognition that depends on conditions is not automatic (say no, and what happens instead)."
        yield error(f"/units/{place}/automatic", "has_conditions", detail)
    is_part = _is_part(unit, qualification)
    if unit.part is not None and is_part is not None and unit.part is not is_part:
        code, what = ("is_part", "only part of") if is_part else ("is_whole", "all that it takes for")
        yield error(f"/units/{place}/part", code, f"The outcomes are {what} the unit.")


def _counted_twice(terms: Terms) -> Iterator[Error]:
    """One result abroad stands for one unit at home (domain.md 4.2, 4.6)."""
    counted: dict[UUID, UUID] = {}
    for place, unit in enumerate(terms.units):
        for pair_place, pair in enumerate(unit.outcomes):
            if counted.setdefault(pair.host_outcome_id, unit.unit_id) != unit.unit_id:
                pointer = f"/units/{place}/outcomes/{pair_place}/host_outcome_id"
                yield error(pointer, "counted_twice", "This outcome stands for another unit of the agreement already.")


def _of_qualification(terms: Terms, qualification: Qualification | None) -> Iterator[Error]:
    if qualification is None:
        return
    for name in ("eqf_level", "nqf_level"):
        said, found = getattr(terms, name), getattr(qualification, name)
        if said is not None and found is not None and said != found:
            yield error(f"/{name}", "other_level", f"The qualification was published with {found}.")
    aimed_at = {unit.unit_id for unit in terms.units if not unit.part}
    for place, unit_id in enumerate(terms.progress.acquired_unit_ids if terms.progress else ()):
        pointer = f"/progress/acquired_unit_ids/{place}"
        if unit_id not in qualification.unit_ids:
            detail = "This version of the qualification has no such unit."
            yield error(pointer, "not_in_qualification", detail)
        elif unit_id in aimed_at:
            yield error(pointer, "acquired_already", "A unit that is to be achieved cannot be acquired already.")


def _of_codes(terms: Terms) -> Iterator[Error]:
    """Call year, project code and mobility id say the same: `2026-SHORT-0001-` and the end of `2026-1-MT01-KA121-…`."""
    project, year = terms.project_code, terms.call_year
    if project and year and not project.startswith(f"{year}-"):
        yield error("/call_year", "other_project", "The project code begins with the year of the call.")
    if terms.mobility_id and year and not terms.mobility_id.startswith(f"{year}-"):
        yield error("/mobility_id", "other_year", "It begins with the year of the call.")
    if terms.mobility_id and project and project.split("-")[3:] != terms.mobility_id.split("-")[3:]:
        yield error("/mobility_id", "other_project", "It ends as the project code does.")


def _of_time(terms: Terms) -> Iterator[Error]:
    if terms.activity_type:
        least, most = DAYS[terms.activity_type]
        if not least <= terms.days <= most:
            detail = f"A stay of this type takes {least} to {most} days, not {terms.days}."
            yield error("/activity_type", "other_duration", detail)
    if terms.weeks and (terms.weeks - 1) * 7 >= terms.days:
        yield error("/weeks", "too_many", f"The stay has {terms.days} days.")
    for place, plan in enumerate(terms.assessments or ()):
        if plan.planned_on and not terms.starts_on <= plan.planned_on <= terms.ends_on:
            yield error(f"/assessments/{place}/planned_on", "outside_stay", "It is assessed during the stay.")


def _of_outcomes(terms: Terms) -> Iterator[Error]:
    """Activities and assessments are for outcomes that are agreed."""
    agreed = terms.host_outcome_ids
    of_unit = {unit.host_unit_id: {pair.host_outcome_id for pair in unit.outcomes} for unit in terms.units}
    lists = [(f"/activities/{place}", one.host_outcome_ids, agreed) for place, one in enumerate(terms.activities or ())]
    for place, plan in enumerate(terms.assessments or ()):
        if plan.host_unit_id not in of_unit:
            yield error(f"/assessments/{place}/host_unit_id", "not_agreed", "The agreement has no such unit.")
        outcomes = of_unit.get(plan.host_unit_id, agreed)
        lists.append((f"/assessments/{place}", plan.host_outcome_ids, outcomes))
    for pointer, outcome_ids, allowed in lists:
        for place, outcome_id in enumerate(outcome_ids):
            if outcome_id not in allowed:
                detail = "The agreement has no such outcome of the host."
                yield error(f"{pointer}/host_outcome_ids/{place}", "not_agreed", detail)


def _of_host(terms: Terms) -> Iterator[Error]:
    """It is between two institutions (domain.md 1); what is learnt at home is no mobility, and certified there."""
    if terms.host_id == terms.home_id:
        yield error("/host_id", "not_another", "The host is another institution than home.")


def _of_intermediary(terms: Terms) -> Iterator[Error]:
    if terms.intermediary_id in {terms.home_id, terms.host_id}:
        yield error("/intermediary_id", "not_another", "An intermediary is neither home nor host.")
