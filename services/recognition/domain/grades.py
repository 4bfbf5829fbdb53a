"""What a grade is worth on another scale, by how both are distributed over those who passed (domain.md 4.7).

Each passing grade takes its place on a line from 0 to 1, the best one first and as long as its share. A grade becomes
the one whose place overlaps most with its own; what part of its own place that is says how sure one can be.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import accumulate, chain, pairwise

from shared.contracts.catalogue import Grade, GradeTablePublished

ENOUGH = 50
"""Fewer results than these say little."""
MARK = re.compile(r"[0-9]{1,4}([.,][0-9]{1,4})?")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Converted:
    grade: Grade
    confidence: Decimal
    """0 to 1, in hundredths."""


@dataclass(frozen=True)
class Place:
    """Of a passing grade among those who passed."""

    grade: Grade
    begins: Fraction
    ends: Fraction

    def overlap(self, other: "Place") -> Fraction:
        """Below 0 for how far they are apart."""
        return min(self.ends, other.ends) - max(self.begins, other.begins)


def convert(grade: Grade, source: GradeTablePublished, target: GradeTablePublished) -> Converted | None:
    """A grade of the source's scale; of two that overlap alike the better one. None for one that fails: it stays so."""
    if not grade.passing:
        return None
    place = next(one for one in places(source) if one.grade == grade)
    best = max(places(target), key=place.overlap)  # the first of several, which is the better
    length = place.ends - place.begins
    return Converted(best.grade, _hundredths(place.overlap(best) / length) if length else Decimal(0))


def places(table: GradeTablePublished) -> list[Place]:
    """Best grade first; exact, so that shares that are a little off their sum leave no gap at the end."""
    passing = [one for one in table.shares if one.grade.passing]
    total = sum(Fraction(one.share) for one in passing)
    ends = accumulate((Fraction(one.share) / total for one in passing), initial=Fraction(0))
    return [Place(one.grade, *between) for one, between in zip(passing, pairwise(ends), strict=True)]


def grade_named(text: str, table: GradeTablePublished) -> Grade | None:
    """The grade of the table's scale with this label, or in whose interval this mark lies.

    One between two intervals has not reached the better one.
    """
    grades, mark = [one.grade for one in table.shares], mark_of(text)
    by_label = (grade for grade in grades if grade.label == text)
    if mark is None:
        return next(by_label, None)
    holding = (grade for grade in grades if _holds(grade, mark))
    missing = (worse for better, worse in pairwise(grades) if _between(better, worse, mark))
    return next(chain(by_label, holding, missing), None)


def is_better(text: str, than: str, table: GradeTablePublished) -> bool:
    """By the table's order; within one grade by the marks, whichever way the scale goes."""
    grades = [one.grade for one in table.shares]
    one, other = grade_named(text, table), grade_named(than, table)
    if one is None or other is None:
        return False
    if one != other:
        return grades.index(one) < grades.index(other)
    mark, than_mark = mark_of(text), mark_of(than)
    if mark is None or than_mark is None:
        return False
    return mark > than_mark if _ascends(grades) else mark < than_mark


def _ascends(grades: Sequence[Grade]) -> bool:
    """Whether a higher mark is a better one."""
    best, worst = grades[0], grades[-1]
    return best.lowest is not None and worst.lowest is not None and best.lowest > worst.lowest


def weighted_mean(marks: Iterable[tuple[str | None, Decimal | None]]) -> Decimal | None:
    """domain.md 4.2: of marks, each with its share, in hundredths; None if one is no number or has no share."""
    total, weight = Decimal(0), Decimal(0)
    for text, share in marks:
        mark = None if text is None else mark_of(text)
        if mark is None or not share:
            return None
        total, weight = total + mark * share, weight + share
    return (total / weight).quantize(HUNDREDTH, ROUND_HALF_EVEN) if weight else None


def table_for(
    tables: Iterable[GradeTablePublished], grade_scale: str | None, isced_f: str | None, on: date
) -> GradeTablePublished | None:
    """The institution's latest table by that day, of the field of study if there is one, else of all fields."""
    fitting = [one for one in tables if _fits(one, grade_scale, isced_f, on)]
    latest = {one.grade_table_id: one for one in sorted(fitting, key=lambda one: one.version)}.values()
    return max(latest, key=lambda one: (one.isced_f is not None, one.period_until, one.grade_table_id), default=None)


def small_sample(*tables: GradeTablePublished) -> bool:
    return any(table.sample_size < ENOUGH for table in tables)


def _fits(table: GradeTablePublished, grade_scale: str | None, isced_f: str | None, on: date) -> bool:
    of_scale = grade_scale is None or table.grade_scale == grade_scale
    says_something = any(one.share for one in table.shares)
    return of_scale and says_something and table.isced_f in (isced_f, None) and table.period_until <= on


def _holds(grade: Grade, mark: Decimal) -> bool:
    return grade.lowest is not None and grade.highest is not None and grade.lowest <= mark <= grade.highest


def _between(better: Grade, worse: Grade, mark: Decimal) -> bool:
    """Whichever way the scale goes."""
    if better.lowest is None or better.highest is None or worse.lowest is None or worse.highest is None:
        return False
    return min(better.highest, worse.highest) < mark < max(better.lowest, worse.lowest)


def mark_of(text: str) -> Decimal | None:
    """The number that a grade is; None for one in letters or words."""
    return Decimal(text.replace(",", ".")) if MARK.fullmatch(text) else None


def _hundredths(part: Fraction) -> Decimal:
    return (Decimal(part.numerator) / Decimal(part.denominator)).quantize(HUNDREDTH, ROUND_HALF_EVEN)
