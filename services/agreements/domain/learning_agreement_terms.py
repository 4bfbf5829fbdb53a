"""The terms of a learning agreement, and what has to be true of them before an institution signs (domain.md 2.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.reference import Comparability, Reference, unknown
from shared.contracts.agreements import AgreedUnit, TranscriptPolicy
from shared.contracts.catalogue import OutcomePair
from shared.problems import Error, MemorandumNotInForce, UnitNotCovered, error, refuse


@dataclass(frozen=True, kw_only=True)
class UnitAbroad:
    """A home unit to be achieved abroad through a unit of the host."""

    unit_id: UUID
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: int
    outcomes: tuple[OutcomePair, ...]
    automatic: bool
    alternative: str | None
    """What happens at home instead, where recognition is not automatic."""

    def agreed(self) -> AgreedUnit:
        return AgreedUnit(
            unit_id=self.unit_id,
            host_unit_id=self.host_unit_id,
            comparability_id=self.comparability_id,
            comparability_version=self.comparability_version,
            outcomes=self.outcomes,
            automatic=self.automatic,
        )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What learner, home and host sign."""

    learner_id: UUID
    home_id: UUID
    host_id: UUID
    memorandum_id: UUID
    memorandum_version: int
    """The `content_version` of the memorandum that the agreement is made under."""
    qualification_id: UUID
    qualification_version: int
    units: tuple[UnitAbroad, ...]
    transcript_policy: TranscriptPolicy
    starts_on: date
    ends_on: date

    def overlaps(self, other: "Terms") -> bool:
        """Whether both have the learner do the same unit at the same time."""
        same_units = {unit.unit_id for unit in self.units} & {unit.unit_id for unit in other.units}
        return bool(same_units) and self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def in_order(terms: Terms) -> Terms:
    """The same terms, lists sorted, so that their order never changes the hash (domain.md 3.7, iias#169)."""
    return replace(
        terms,
        units=tuple(
            sorted(
                (
                    replace(
                        unit,
                        outcomes=tuple(
                            sorted(unit.outcomes, key=lambda pair: (pair.home_outcome_id, pair.host_outcome_id))
                        ),
                    )
                    for unit in terms.units
                ),
                key=lambda unit: unit.unit_id,
            )
        ),
    )


def check_writable(terms: Terms, known: Reference) -> None:
    """What even a draft must fulfil: every id is known, a "no" says what happens instead, nothing counts twice."""
    refuse([*_unknown(terms, known), *_unexplained(terms), *_counted_twice(terms)])


def _unknown(terms: Terms, known: Reference) -> Iterator[Error]:
    if terms.host_id not in known.institutions:
        yield unknown("/host_id", "institution")
    qualification = known.qualifications.get((terms.qualification_id, terms.qualification_version))
    if qualification is None:
        yield unknown("/qualification_id", "version of a qualification")
    for place, unit in enumerate(terms.units):
        if qualification and unit.unit_id not in qualification.unit_ids:
            detail = "This version of the qualification has no such unit."
            yield error(f"/units/{place}/unit_id", "not_in_qualification", detail)
        if unit.comparability_id not in known.comparabilities:
            yield unknown(f"/units/{place}/comparability_id", "comparability of units")


def _unexplained(terms: Terms) -> Iterator[Error]:
    for place, unit in enumerate(terms.units):
        if not unit.automatic and not unit.alternative:
            detail = "Say what happens at home instead, since recognition is not automatic."
            yield error(f"/units/{place}/alternative", "missing", detail)


def _counted_twice(terms: Terms) -> Iterator[Error]:
    """One result abroad stands for one unit at home (domain.md 4.2, 4.6)."""
    counted: dict[UUID, UUID] = {}
    for place, unit in enumerate(terms.units):
        for pair_place, pair in enumerate(unit.outcomes):
            if counted.setdefault(pair.host_outcome_id, unit.unit_id) != unit.unit_id:
                pointer = f"/units/{place}/outcomes/{pair_place}/host_outcome_id"
                yield error(pointer, "counted_twice", "This outcome stands for another unit of the agreement already.")


def check_covered(
    terms: Terms, memorandum: Memorandum, comparabilities: Mapping[UUID, Comparability], today: date
) -> None:
    """The guard of both institutions' signatures: memorandum and comparabilities hold and cover everything."""
    _check_in_force(terms, memorandum, today)
    _check_coverage(terms, memorandum)
    errors = [
        found
        for place, unit in enumerate(terms.units)
        for found in (
            *_unfounded_automation(place, unit, terms, memorandum),
            *_doubtful(place, unit, terms, comparabilities.get(unit.comparability_id)),
        )
    ]
    refuse(errors, "The agreement does not rest on what memorandum and catalogue say.")


def _check_in_force(terms: Terms, memorandum: Memorandum, today: date) -> None:
    if why := memorandum.why_not_in_force(today):
        raise MemorandumNotInForce(why)
    if terms.memorandum_version != memorandum.revision.number:
        raise MemorandumNotInForce(f"The version in force is {memorandum.revision.number}.")
    if terms.starts_on < memorandum.terms.valid_from or terms.ends_on > memorandum.terms.valid_until:
        raise MemorandumNotInForce("The stay is not within the validity of the memorandum.")


def _check_coverage(terms: Terms, memorandum: Memorandum) -> None:
    for institution_id in (terms.home_id, terms.host_id):
        if institution_id not in memorandum.terms.party_ids:
            raise UnitNotCovered(f"Institution {institution_id} is not a party of the memorandum.")
    for unit in terms.units:
        if not memorandum.terms.covers(terms.qualification_id, terms.qualification_version, unit.unit_id):
            raise UnitNotCovered(f"Unit {unit.unit_id} of this qualification's version is not open for mobility.")


def _unfounded_automation(place: int, unit: UnitAbroad, terms: Terms, memorandum: Memorandum) -> Iterator[Error]:
    if unit.automatic and not memorandum.terms.is_automatic(terms.home_id, unit.unit_id):
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
    elif not found.is_valid(terms.starts_on, terms.ends_on):
        yield error(pointer, "not_valid", "It is not valid during the whole stay.")
    elif not found.outcomes.issuperset(unit.outcomes):
        detail = "The comparability does not say this of all of these outcomes."
        yield error(f"/units/{place}/outcomes", "not_comparable", detail)
