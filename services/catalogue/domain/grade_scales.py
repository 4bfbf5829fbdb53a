"""The grades that an institution or a country gives, best first (domain.md 4.7).

A scale never changes: results and tables name its grades. Another one gets another code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from shared.contracts.catalogue import Grade
from shared.problems import Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class ScaleDescription:
    institution_id: UUID | None
    """Whose scale it is; None for one of the whole country."""
    country: str
    code: str
    title: Mapping[str, str]
    grades: tuple[Grade, ...]


@dataclass(frozen=True, kw_only=True)
class GradeScale(ScaleDescription):
    grade_scale_id: UUID
    version: int


def define(description: ScaleDescription, grade_scale_id: UUID) -> GradeScale:
    refuse(_check(description.grades))
    return GradeScale(grade_scale_id=grade_scale_id, version=1, **vars(description))


def _check(grades: Sequence[Grade]) -> Iterator[Error]:
    yield from check_unique((f"/grades/{at}/label", grade.label) for at, grade in enumerate(grades))
    if not any(grade.passing for grade in grades):
        yield error("/grades", "nobody_passes", "At least one grade passes.")
    for at, (better, worse) in enumerate(pairwise(grades), start=1):
        if worse.passing and not better.passing:
            yield error(f"/grades/{at}/passing", "best_first", "A grade that passes is better than one that fails.")
    yield from _check_marks(grades)


def _check_marks(grades: Sequence[Grade]) -> Iterator[Error]:
    """No grade has an interval of marks, or each has one; they fall or rise from grade to grade, and never overlap."""
    marks = [(grade.lowest, grade.highest) for grade in grades if grade.lowest is not None or grade.highest is not None]
    intervals = [(lowest, highest) for lowest, highest in marks if lowest is not None and highest is not None]
    if len(intervals) not in {0, len(grades)} or len(intervals) != len(marks):
        yield error("/grades", "marks_missing", "Either each grade has its lowest and its highest mark, or none has.")
        return
    for at, (lowest, highest) in enumerate(intervals):
        if lowest > highest:
            yield error(f"/grades/{at}/highest", "below_lowest", "The highest mark is below the lowest.")
    falling = all(worse[1] < better[0] for better, worse in pairwise(intervals))
    rising = all(worse[0] > better[1] for better, worse in pairwise(intervals))
    if not falling and not rising:
        yield error("/grades", "marks_order", "From the best grade on, marks have to fall or to rise, and not overlap.")
