"""What a unit is worth as a whole, whichever transcripts complete it, and in whatever order they came.

Its day is the last of all, its end the latest. Its grade is the one in which all parts agree that have one: nobody has
said how much each of them is of the unit (domain.md 4.2, 4.3, 4.7, 4.8).
"""

from datetime import date
from typing import Any

from services.recognition.domain.grades import is_better, table_for
from services.recognition.domain.grading import PASS_FAIL_ONLY, conversion, host_grade
from services.recognition.domain.partial import Part, Parts
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import is_complete_alone
from shared.contracts.recognition import ConversionMethod, GradeConversion


def worth(unit: UnitFacts) -> dict[str, Any]:
    """What a credit for the unit says of it, besides who decided and by what."""
    others = besides(unit)
    given = None if others else host_grade(unit)  # else it is of a part alone
    return {
        "points": unit.home_unit.points if unit.home_unit else None,
        "grade": given.text if given else None,
        "grade_scale": given.scale if given else None,
        "conversion": grade_at_home(unit),
        "assessed_on": max([unit.last_day, *(one.assessed_on for one in others.values())]),
        "valid_until": _valid_until(unit, others),
    }


def besides(unit: UnitFacts) -> Parts:
    """What others have given, if it takes that to complete the unit."""
    return {} if is_complete_alone(unit) else unit.parts_before


def part_of(unit: UnitFacts) -> Part:
    """What these results are, taken by themselves."""
    given, at_home = host_grade(unit), conversion(unit)
    transfers = unit.policy is not None and unit.policy.grade_transfer
    return Part(
        assessed_on=unit.last_day,
        valid_until=unit.valid_until,
        grade=at_home.grade if at_home else None,
        grade_scale=at_home.grade_scale if at_home else None,
        grade_failed=transfers and given is not None and given.failed,
    )


def grade_at_home(unit: UnitFacts) -> GradeConversion | None:
    """Of the unit; what a person says of it is the last word."""
    own, others = conversion(unit), besides(unit)
    if not others or (own and own.method is ConversionMethod.BY_HAND):
        return own
    grades = {(one.grade, one.grade_scale) for one in (own, *others.values()) if one and one.grade is not None}
    if len(grades) != 1:
        return PASS_FAIL_ONLY if grades else None
    [(grade, scale)] = grades
    return GradeConversion(method=ConversionMethod.SAME_SCALE, grade=grade, grade_scale=scale)


def is_better_at_home(unit: UnitFacts, than: UnitFacts) -> bool:
    """Whether its grade at home is better for certain: both are on one scale, and its table or the marks tell."""
    one, other = grade_at_home(unit), grade_at_home(than)
    if one is None or other is None or one.grade is None or other.grade is None:
        return False
    table = table_for(unit.home_grade_tables, one.grade_scale, unit.qualification.isced_f, unit.last_day)
    return one.grade_scale == other.grade_scale and table is not None and is_better(one.grade, other.grade, table)


def _valid_until(unit: UnitFacts, others: Parts) -> date | None:
    """A person's word, else the latest end of all: as many years after the last day, if all count by the same terms."""
    if unit.correction and unit.correction.valid_until:
        return unit.correction.valid_until
    ends = [unit.valid_until, *(one.valid_until for one in others.values())]
    return None if None in ends else max(end for end in ends if end)
