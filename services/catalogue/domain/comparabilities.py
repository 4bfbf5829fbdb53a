"""What a unit of the hosting institution is worth in a unit at home (domain.md 2.1, comparability statement)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.checks import check_period, check_unique
from services.catalogue.domain.facts import say
from services.catalogue.domain.qualifications import Qualification, QualificationState
from shared.contracts.catalogue import ComparabilityDeclared, ComparabilityWithdrawn, Extent, OutcomePair, Unit
from shared.problems import Error, NotCompetent, error, invalid, refuse
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


@dataclass(frozen=True, kw_only=True)
class Comparability(ComparabilityStatement):
    comparability_id: UUID
    version: int
    declared_by: UUID
    state: ComparabilityState
    withdrawn_on: date | None


def declare(
    statement: ComparabilityStatement,
    *,
    home: Qualification | None,
    host: Qualification | None,
    declared_by: UUID,
    comparability_id: UUID,
) -> tuple[Comparability, list[ComparabilityDeclared]]:
    """`home` and `host` are the two qualifications, None where the declarer sees none with that id."""
    home, host = _published(home, "home"), _published(host, "host")
    if declared_by not in {home.owner_id, home.awarding_body_id}:
        raise NotCompetent("Only who owns or awards the qualification at home says what is comparable to its units.")
    home_unit, host_unit = _unit(home, statement.home_unit_id, "home"), _unit(host, statement.host_unit_id, "host")
    refuse(_check(statement, home_unit, host_unit))
    declared = Comparability(
        comparability_id=comparability_id,
        version=1,
        declared_by=declared_by,
        state=ComparabilityState.DECLARED,
        withdrawn_on=None,
        **vars(statement),
    )
    return declared, [say(ComparabilityDeclared, declared)]


def withdraw(comparability: Comparability, at: datetime) -> tuple[Comparability, list[ComparabilityWithdrawn]]:
    state = following(TRANSITIONS, comparability.state, ComparabilityCommand.WITHDRAW)
    withdrawn = replace(comparability, state=state, version=comparability.version + 1, withdrawn_on=at.date())
    return withdrawn, [say(ComparabilityWithdrawn, withdrawn)]


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


def _check(statement: ComparabilityStatement, home: Unit, host: Unit) -> Iterator[Error]:
    yield from check_period(statement.valid_from, statement.valid_until)
    yield from check_unique((f"/outcomes/{at}", pair) for at, pair in enumerate(statement.outcomes))
    home_ids, host_ids = ({outcome.outcome_id for outcome in unit.outcomes} for unit in (home, host))
    for at, pair in enumerate(statement.outcomes):
        if pair.home_outcome_id not in home_ids:
            yield error(f"/outcomes/{at}/home_outcome_id", "not_in_unit", f"Unit {home.code} has no such outcome.")
        if pair.host_outcome_id not in host_ids:
            yield error(f"/outcomes/{at}/host_outcome_id", "not_in_unit", f"Unit {host.code} has no such outcome.")
    yield from _check_extent(statement, home)


def _check_extent(statement: ComparabilityStatement, home: Unit) -> Iterator[Error]:
    """In full: every required outcome at home has one of the host's; in part: at least one has."""
    paired = {pair.home_outcome_id for pair in statement.outcomes}
    if not paired:
        yield error("/outcomes", "missing", "At least one outcome at home has one of the host's that stands for it.")
    elif statement.extent is Extent.FULL:
        for outcome in home.outcomes:
            if outcome.required and outcome.outcome_id not in paired:
                yield error("/outcomes", "required_outcome_missing", f"Nothing stands for {outcome.code}, so not full.")
