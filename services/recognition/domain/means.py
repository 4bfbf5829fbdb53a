"""The weighted mean of a qualification whose units have coefficients: Σ(mark·coefficient) / Σcoefficient.

domain.md 4.4: without the mark of a compulsory unit it is incomplete; that never counts as zero. A bonus unit has no
coefficient in the second sum, and in the first one no more than what its mark has above the bonus mark.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from services.recognition.domain.grades import HUNDREDTH, mark_of
from shared.contracts.catalogue import AccumulationRules, QualificationPublished, Unit
from shared.contracts.recognition import CreditRecognised, GradeConversion

PASS_MARK = Decimal(10)
ONE = Decimal(1)
"""The coefficient of a bonus unit that has none."""


class MeanResult(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    """A compulsory unit has no mark yet."""


@dataclass(frozen=True)
class MarkedUnit:
    unit_id: UUID
    mark: Decimal
    coefficient: Decimal
    adds: Decimal
    """To the sum of marks: the mark, or what a bonus has above the bonus mark, times the coefficient."""
    is_bonus: bool
    eliminates: bool
    """The mark is so low that no other makes up for it."""


@dataclass(frozen=True)
class MeanTerms:
    """When the qualification is passed, as its competent institution wants it."""

    pass_mark: Decimal
    pass_mark_inclusive: bool
    """Whether the pass mark itself is enough."""
    bonus_mark: Decimal
    """What a bonus unit's mark has above it adds to the mean."""

    def are_met_by(self, mean: Fraction) -> bool:
        return mean > self.pass_mark or (self.pass_mark_inclusive and mean == self.pass_mark)


@dataclass(frozen=True, kw_only=True)
class WeightedMean:
    """The mean and all that it comes from, so that anybody can do the sum again."""

    result: MeanResult
    mean: Decimal | None
    """In hundredths, rounded down, so that it never seems more than it is; None as long as it is incomplete."""
    sum_of_marks: Decimal
    """What all units add."""
    sum_of_coefficients: Decimal
    """Of all but bonus units."""
    grade_scale: str | None
    """The home scale that the marks are of."""
    units: tuple[MarkedUnit, ...]
    missing_unit_ids: tuple[UUID, ...]
    terms: MeanTerms


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A credit, as far as its grade goes."""

    credit_id: UUID
    unit_id: UUID
    home_id: UUID
    host_id: UUID
    decided_at: datetime
    grade: str | None
    grade_scale: str | None
    conversion: GradeConversion | None


@dataclass(frozen=True)
class Marks:
    """Of units that count, all on one scale."""

    grade_scale: str | None = None
    of_units: Mapping[UUID, Decimal] = field(default_factory=dict)


def has_mean(qualification: QualificationPublished) -> bool:
    return any(unit.coefficient is not None for unit in qualification.units)


def weigh(qualification: QualificationPublished, marks: Marks) -> WeightedMean:
    """An optional unit counts as soon as it has a mark. The exact mean passes or fails, not the one that is shown."""
    terms = _terms(qualification.accumulation or AccumulationRules())
    units = [_marked(unit, marks.of_units[unit.unit_id], terms) for unit in qualification.units if _counts(unit, marks)]
    missing = [one.unit_id for one in qualification.units if one.compulsory and one.unit_id not in marks.of_units]
    total = sum((unit.adds for unit in units), Decimal())
    weight = sum((unit.coefficient for unit in units if not unit.is_bonus), Decimal())
    mean = Fraction(total) / Fraction(weight) if weight and not missing else None
    return WeightedMean(
        result=_result(mean, units, terms),
        mean=None if mean is None else _rounded_down(mean),
        sum_of_marks=total,
        sum_of_coefficients=weight,
        grade_scale=marks.grade_scale,
        units=tuple(units),
        missing_unit_ids=tuple(missing),
        terms=terms,
    )


def _terms(rules: AccumulationRules) -> MeanTerms:
    pass_mark = PASS_MARK if rules.pass_mark is None else rules.pass_mark
    bonus_mark = pass_mark if rules.bonus_mark is None else rules.bonus_mark
    return MeanTerms(pass_mark, rules.pass_mark_inclusive is not False, bonus_mark)


def _counts(unit: Unit, marks: Marks) -> bool:
    return unit.unit_id in marks.of_units and (unit.coefficient is not None or bool(unit.bonus))


def _marked(unit: Unit, mark: Decimal, terms: MeanTerms) -> MarkedUnit:
    coefficient = ONE if unit.coefficient is None else unit.coefficient
    counted = max(mark - terms.bonus_mark, Decimal()) if unit.bonus else mark
    eliminates = unit.eliminatory_mark is not None and mark < unit.eliminatory_mark
    return MarkedUnit(unit.unit_id, mark, coefficient, counted * coefficient, bool(unit.bonus), eliminates)


def _result(mean: Fraction | None, units: Iterable[MarkedUnit], terms: MeanTerms) -> MeanResult:
    if mean is None:
        return MeanResult.INCOMPLETE
    passes = terms.are_met_by(mean) and not any(unit.eliminates for unit in units)
    return MeanResult.PASSED if passes else MeanResult.FAILED


def _rounded_down(mean: Fraction) -> Decimal:
    return (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(HUNDREDTH, ROUND_DOWN)


def marks_at_home(credits_: Iterable[CreditRecognised | Graded]) -> Marks:
    """The marks of credits of one qualification, on the scale that home used last.

    A grade that was only said to pass has a mark all the same if the host gave it on that very scale.
    """
    latest_first = sorted(credits_, key=lambda credit: (credit.decided_at, credit.credit_id), reverse=True)
    scale = next((at_home[1] for credit in latest_first if (at_home := _at_home(credit))), None)
    marks = ((credit.unit_id, _mark_on(scale, credit)) for credit in latest_first)
    return Marks(scale, {unit_id: mark for unit_id, mark in marks if mark is not None})


def _at_home(credit: CreditRecognised | Graded) -> tuple[Decimal, str] | None:
    """The mark that the grade is at home, and its scale; None if it is none, or none that is a number."""
    if credit.conversion and credit.conversion.grade:
        return _mark(credit.conversion.grade, credit.conversion.grade_scale)
    return _mark(credit.grade, credit.grade_scale) if credit.host_id == credit.home_id else None


def _mark_on(scale: str | None, credit: CreditRecognised | Graded) -> Decimal | None:
    transfers = credit.conversion is not None  # else the country does not count grades from abroad
    given = _at_home(credit) or (_mark(credit.grade, credit.grade_scale) if transfers else None)
    return given[0] if given and given[1] == scale else None


def _mark(grade: str | None, scale: str | None) -> tuple[Decimal, str] | None:
    mark = None if grade is None else mark_of(grade)
    return None if mark is None or scale is None else (mark, scale)
