"""ECVET points (domain.md 4.5, 4.12): first to the qualification, then to its units by their relative weight.

A qualification need not have any. Shares are exact fractions, so that only the last step rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

POINTS_OF_A_YEAR = 60
"""A year of formal full-time vocational education and training (Recommendation 18.6.2009, Annex II)."""
WHOLE = Decimal(1)

Shares = tuple[Fraction, ...]
"""Of the whole, one for each unit; they sum to 1."""


@dataclass(frozen=True, kw_only=True)
class UnitWeight:
    """How much a unit matters beside the others, criterion by criterion; only the proportions count."""

    importance: int
    """For the labour market, progression, social integration."""
    complexity: int
    """Also scope and volume."""
    effort: int
    """The learner's, usually in notional hours."""


@dataclass(frozen=True, kw_only=True)
class Alphas:
    """How much each criterion matters; together 1."""

    importance: Decimal = Decimal("0.25")
    complexity: Decimal = Decimal("0.25")
    effort: Decimal = Decimal("0.5")


def points_of_years(years: Decimal) -> Decimal:
    return POINTS_OF_A_YEAR * years


def shares_by_hours(hours: Sequence[int]) -> Shares:
    """Each unit's hours among all."""
    total = sum(hours)
    return tuple(Fraction(one, total) for one in hours)


def shares_by_weight(weights: Sequence[UnitWeight], alphas: Alphas) -> Shares:
    """Each unit's share in each criterion, weighted by the alphas."""
    criteria = [
        (Fraction(alpha), shares_by_hours([getattr(weight, criterion) for weight in weights]))
        for criterion, alpha in vars(alphas).items()
    ]
    return tuple(sum((alpha * shares[at] for alpha, shares in criteria), Fraction()) for at in range(len(weights)))


def apportion(points: Decimal, shares: Shares, step: Decimal = WHOLE) -> tuple[Decimal, ...]:
    """Each share's points, in multiples of the step, by largest remainder: they sum to the points exactly.

    Of equal remainders the earlier unit's comes first. `ValueError` if the points are no multiple of the step.
    """
    steps = Fraction(points) / Fraction(step)
    if steps.denominator != 1:
        raise ValueError(f"{points} is no multiple of {step}")
    exact = [steps * share for share in shares]
    whole = [int(one) for one in exact]
    by_remainder = sorted(range(len(shares)), key=lambda at: whole[at] - exact[at])
    for at in by_remainder[: int(steps) - sum(whole)]:
        whole[at] += 1
    return tuple(step * count for count in whole)
