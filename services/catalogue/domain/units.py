"""What a unit of learning outcomes needs to be published (Recommendation 18.6.2009, Annex II; domain.md 2.6)."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

from services.catalogue.domain.checks import check_period, check_unique
from shared.contracts.catalogue import Unit
from shared.problems import Error, error


def check_units(units: Sequence[Unit]) -> Iterator[Error]:
    if not units:
        yield error("/units", "missing", "A qualification has at least one unit.")
    yield from check_unique((f"/units/{at}/code", unit.code) for at, unit in enumerate(units))
    for at, unit in enumerate(units):
        yield from _check_unit(unit, f"/units/{at}")
    yield from _check_prerequisites(units)
    yield from _check_coefficients(units)


def _check_unit(unit: Unit, pointer: str) -> Iterator[Error]:
    yield from check_period(unit.valid_from, unit.valid_until, pointer)
    if not any(outcome.required for outcome in unit.outcomes):
        # Without a required outcome the unit would be achieved by nobody's having done anything (domain.md R5).
        yield error(f"{pointer}/outcomes", "missing", "A unit has at least one outcome that is required.")
    codes = enumerate(outcome.code for outcome in unit.outcomes)
    yield from check_unique((f"{pointer}/outcomes/{at}/code", code) for at, code in codes)
    yield from _check_weights(unit, pointer)
    optional = sum(not outcome.required for outcome in unit.outcomes)
    if (unit.minimum_optional_outcomes or 0) > optional:
        said = f"Only {optional} of its outcomes are not required."
        yield error(f"{pointer}/minimum_optional_outcomes", "more_than_there_are", said)
    if unit.points is not None and unit.coefficient is not None:
        yield error(f"{pointer}/coefficient", "points_or_coefficient", "A unit has points, or a coefficient, not both.")


def _check_weights(unit: Unit, pointer: str) -> Iterator[Error]:
    weighted = [at for at, outcome in enumerate(unit.outcomes) if outcome.weight is not None]
    for at in set(range(len(unit.outcomes))).difference(weighted) if weighted else ():
        yield error(f"{pointer}/outcomes/{at}/weight", "missing", "Other outcomes of the unit have one.")


def _check_prerequisites(units: Sequence[Unit]) -> Iterator[Error]:
    """Each is a unit of the same qualification, and none has to be achieved before itself."""
    places = {unit.unit_id: at for at, unit in enumerate(units)}
    for at, unit in enumerate(units):
        ids = unit.prerequisite_ids or ()
        for index, unit_id in enumerate(ids):
            if unit_id not in places:
                pointer = f"/units/{at}/prerequisite_ids/{index}"
                yield error(pointer, "not_in_qualification", "The qualification has no unit with this id.")
        yield from check_unique((f"/units/{at}/prerequisite_ids/{index}", id_) for index, id_ in enumerate(ids))
    yield from _check_cycle(units, places)


def _check_cycle(units: Sequence[Unit], places: dict[UUID, int]) -> Iterator[Error]:
    try:
        TopologicalSorter({unit.unit_id: unit.prerequisite_ids or () for unit in units}).prepare()
    except CycleError as error_:
        circle: list[UUID] = error_.args[1]  # each is a prerequisite of the one after it, and the last is the first
        before, after = circle[0], circle[1]
        index = (units[places[after]].prerequisite_ids or ()).index(before)
        path = " before ".join(units[places[unit_id]].code for unit_id in circle)
        yield error(f"/units/{places[after]}/prerequisite_ids/{index}", "circle", f"{path}: nobody could begin.")


def _check_coefficients(units: Sequence[Unit]) -> Iterator[Error]:
    """A weighted mean is one of all compulsory units (domain.md 4.4)."""
    if any(unit.coefficient is not None for unit in units):
        for at, unit in enumerate(units):
            if unit.compulsory and unit.coefficient is None:
                yield error(f"/units/{at}/coefficient", "missing", "Other units have one, so this compulsory one has.")
