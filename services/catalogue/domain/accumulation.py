"""How the units of a qualification add up (domain.md 4.3, 4.4): whether what is said of it can be done with them."""

from collections.abc import Iterator, Sequence

from shared.contracts.catalogue import AccumulationRules, PartialPoints, Unit
from shared.problems import Error, error

OF_THE_MEAN = ("pass_mark", "pass_mark_inclusive", "bonus_mark")
NO_MEAN = "No unit has a coefficient, so there is no mean."


def check_accumulation(rules: AccumulationRules | None, units: Sequence[Unit]) -> Iterator[Error]:
    """Marks need coefficients to be weighed by, a share of points needs points."""
    has_mean = any(unit.coefficient is not None for unit in units)
    for at, unit in enumerate(units):
        yield from _check_unit(unit, f"/units/{at}", has_mean=has_mean)
    for name in OF_THE_MEAN if rules and not has_mean else ():
        if getattr(rules, name) is not None:
            yield error(f"/accumulation/{name}", "without_coefficients", NO_MEAN)
    without_points = all(unit.points is None for unit in units)
    if rules and rules.partial_points is PartialPoints.PRO_RATA and without_points:
        yield error("/accumulation/partial_points", "without_points", "No unit has points to have a share of.")


def _check_unit(unit: Unit, pointer: str, *, has_mean: bool) -> Iterator[Error]:
    if unit.bonus and unit.compulsory:
        yield error(f"{pointer}/bonus", "compulsory", "Only an optional unit is a bonus.")
    if unit.bonus and not has_mean:
        yield error(f"{pointer}/bonus", "without_coefficients", NO_MEAN)
    if unit.eliminatory_mark is None:
        return
    if unit.bonus:
        yield error(f"{pointer}/eliminatory_mark", "bonus", "A bonus only ever adds; it eliminates nobody.")
    elif unit.coefficient is None:
        yield error(f"{pointer}/eliminatory_mark", "without_coefficient", "A mark needs a coefficient to weigh.")
