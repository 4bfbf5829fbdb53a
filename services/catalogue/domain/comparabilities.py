"""What a unit of the hosting institution is worth in a unit at home (domain.md 2.1, comparability statement).

In one direction: what holds the other way round is for whom that one is home. At any date one statement at most holds
for a pair of units.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.checks import check_period, check_unique
from services.catalogue.domain.facts import say
from services.catalogue.domain.qualifications import Qualification, QualificationState
from shared.contracts.catalogue import ComparabilityDeclared, ComparabilityWithdrawn, Extent, OutcomePair, Unit
from shared.problems import Conflict, Error, NotCompetent, error, invalid, refuse
from shared.transitions import following


class ComparabilityState(StrEnum):
    DECLARED = "declared"
    WITHDRAWN = "withdrawn"


class ComparabilityCommand(StrEnum):
    WITHDRAW = "withdrawal"


TRANSITIONS = {
    (ComparabilityState.DECLARED, ComparabilityCommand.WITHDRAW): ComparabilityState.WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class ComparabilityStatement:
    home_qualification_id: UUID
    home_unit_id: UUID
    host_qualification_id: UUID
    host_unit_id: UUID
    extent: Extent
    outcomes: tuple[OutcomePair, ...]
    valid_from: date
    valid_until: date | None
    conditions: Mapping[str, str] | None = None
    """What has to be fulfilled besides: it is comparable with conditions."""


@dataclass(frozen=True, kw_only=True)
class Comparability(ComparabilityStatement):
    comparability_id: UUID
    version: int
    declared_by: UUID
    state: ComparabilityState
    withdrawn_on: date | None
    home_eqf_level: int | None = None
    host_eqf_level: int | None = None
    """The units' levels when it was declared; not known of some older ones."""

    def overlaps(self, other: ComparabilityStatement) -> bool:
        return self.valid_from <= (other.valid_until or date.max) and other.valid_from <= (self.valid_until or date.max)


def declare(
    statement: ComparabilityStatement,
    *,
    home: Qualification | None,
    host: Qualification | None,
    declared_by: UUID,
    comparability_id: UUID,
    others: Iterable[Comparability] = (),
) -> tuple[Comparability, list[ComparabilityDeclared]]:
    """`home` and `host` are the two qualifications, None where the declarer sees none with that id.

    `others` are what is declared of the same two units in the same direction.
    """
    home, host = _published(home, "home"), _published(host, "host")
    if declared_by not in {home.awarding_body_id, *home.designers}:
        raise NotCompetent("Only who designs or awards the qualification at home says what is comparable to its units.")
    home_unit, host_unit = _unit(home, statement.home_unit_id, "home"), _unit(host, statement.host_unit_id, "host")
    refuse([*_check(statement, home_unit, host_unit), *_check_another(statement, home)])
    _refuse_overlap(statement, others)
    declared = Comparability(
        comparability_id=comparability_id,
        version=1,
        declared_by=declared_by,
        state=ComparabilityState.DECLARED,
        withdrawn_on=None,
        home_eqf_level=home_unit.eqf_level,
        host_eqf_level=host_unit.eqf_level,
        **vars(statement),
    )
    return declared, [say(ComparabilityDeclared, declared)]


def withdraw(comparability: Comparability, at: datetime) -> tuple[Comparability, list[ComparabilityWithdrawn]]:
    state = following(TRANSITIONS, comparability.state, ComparabilityCommand.WITHDRAW)
    withdrawn = replace(comparability, state=state, version=comparability.version + 1, withdrawn_on=at.date())
    return withdrawn, [say(ComparabilityWithdrawn, withdrawn)]


def check_still_true(declared: Iterable[Comparability], home: Qualification) -> Iterator[Error]:
    """That the next version of the qualification at home keeps what it, or its awarding body, declared of its units.

    What others declared of them, as units of the host, is theirs to withdraw, and no stranger keeps a version back:
    `warnings_of` tells them.
    """
    units = {unit.unit_id: unit for unit in home.units}
    for one in declared:
        unit = units.get(one.home_unit_id)
        if unit is None or any(_check_outcomes(one, unit, "home")) or any(_check_extent(one, unit)):
            said = f"Comparability {one.comparability_id} would be true no longer. Have it withdrawn first."
            yield error("/units", "declared_comparable", said)


def warnings_of(comparability: Comparability, host_outcome_ids: Collection[UUID]) -> list[str]:
    """What will keep recognition from being automatic (domain.md R5, R6, R7), by its reason code.

    `host_outcome_ids` are the outcomes that the host's unit has at present.
    """
    home_level, host_level = comparability.home_eqf_level, comparability.host_eqf_level
    warnings = ["LEVEL_BELOW"] if home_level and host_level and host_level < home_level else []
    if any(pair.host_outcome_id not in host_outcome_ids for pair in comparability.outcomes):
        warnings.append("LO_MISSING")
    if comparability.conditions:
        warnings.append("CONDITION_OPEN")
    return warnings


def _published(qualification: Qualification | None, side: str) -> Qualification:
    """`side` is how the statement calls it: `home` or `host`."""
    if qualification is None or qualification.state is not QualificationState.PUBLISHED:
        raise invalid(f"/{side}_qualification_id", "not_published", "No published qualification has this id.")
    return qualification


def _unit(qualification: Qualification, unit_id: UUID, side: str) -> Unit:
    for unit in qualification.units:
        if unit.unit_id == unit_id:
            return unit
    raise invalid(f"/{side}_unit_id", "not_in_qualification", "The qualification has no unit with this id.")


def _refuse_overlap(statement: ComparabilityStatement, others: Iterable[Comparability]) -> None:
    for other in others:
        if other.overlaps(statement):
            raise Conflict(
                f"Comparability {other.comparability_id} says of these units what holds from {other.valid_from} until"
                f" {other.valid_until or 'further notice'}. Withdraw it first, or declare for another time.",
                comparability_id=str(other.comparability_id),
            )


def _check(statement: ComparabilityStatement, home: Unit, host: Unit) -> Iterator[Error]:
    yield from check_period(statement.valid_from, statement.valid_until)
    yield from check_unique((f"/outcomes/{at}", pair) for at, pair in enumerate(statement.outcomes))
    yield from _check_outcomes(statement, home, "home")
    yield from _check_outcomes(statement, host, "host")
    yield from _check_extent(statement, home)


def _check_another(statement: ComparabilityStatement, home: Qualification) -> Iterator[Error]:
    """A unit with itself is nothing to compare; but who designs a joint qualification may be host for its units."""
    at_home = (statement.home_qualification_id, statement.home_unit_id)
    if (statement.host_qualification_id, statement.host_unit_id) == at_home and not home.designed_by_ids:
        yield error("/host_unit_id", "same_unit", "This is the unit at home itself.")


def _check_outcomes(statement: ComparabilityStatement, unit: Unit, side: str) -> Iterator[Error]:
    known = {outcome.outcome_id for outcome in unit.outcomes}
    for at, pair in enumerate(statement.outcomes):
        if getattr(pair, f"{side}_outcome_id") not in known:
            yield error(f"/outcomes/{at}/{side}_outcome_id", "not_in_unit", f"Unit {unit.code} has no such outcome.")


def _check_extent(statement: ComparabilityStatement, home: Unit) -> Iterator[Error]:
    """In full: every required outcome at home has one of the host's; in part: at least one has."""
    paired = {pair.home_outcome_id for pair in statement.outcomes}
    if not paired:
        yield error("/outcomes", "missing", "At least one outcome at home has one of the host's that stands for it.")
    elif statement.extent is Extent.FULL:
        for outcome in home.outcomes:
            if outcome.required and outcome.outcome_id not in paired:
                yield error("/outcomes", "required_outcome_missing", f"Nothing stands for {outcome.code}, so not full.")
