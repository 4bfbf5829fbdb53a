"""The grade that results on a unit have, as the host gave it and as it counts at home (domain.md 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.recognition.domain.grades import convert, grade_named, small_sample, table_for, weighted_mean
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import AssessmentValue
from shared.contracts.catalogue import Grade, GradeTablePublished
from shared.contracts.recognition import ConversionMethod, GradeConversion

PASS_FAIL_ONLY = GradeConversion(method=ConversionMethod.PASS_FAIL_ONLY)


@dataclass(frozen=True)
class HostGrade:
    text: str
    scale: str
    table: GradeTablePublished | None
    """Of the host, for this scale."""
    grade: Grade | None
    """None if there is no table that knows it."""

    @property
    def failed(self) -> bool:
        """For certain."""
        return self.grade is not None and not self.grade.passing


def host_grade(facts: UnitFacts) -> HostGrade | None:
    """What the host gave: the grade in which all graded assessments agree, else the mean of their marks by shares."""
    graded = [one for one in facts.assessments if one.grade is not None]
    scales = {one.grade_scale for one in graded if one.grade_scale is not None}
    text = _one_grade(graded, facts.agreed.host_unit_id)
    if text is None or len(scales) != 1:
        return None
    (scale,) = scales
    field = facts.host_qualification.isced_f if facts.host_qualification else None
    table = table_for(facts.host_grade_tables, scale, field, facts.last_day)
    return HostGrade(text, scale, table, grade_named(text, table) if table else None)


def _one_grade(graded: Sequence[AssessmentValue], unit_id: UUID) -> str | None:
    """Several grades are not made into one unless the host says how much each of them is of the unit."""
    grades = {one.grade for one in graded}
    if len(grades) == 1:
        return grades.pop()
    shares = [next((of.share for of in one.units or () if of.unit_id == unit_id), None) for one in graded]
    mean = weighted_mean(zip([one.grade for one in graded], shares, strict=True))
    return None if mean is None else f"{mean.normalize():f}"


def conversion(facts: UnitFacts) -> GradeConversion | None:
    """Same scale, else by the tables of both, else passed and no more; None where there is nothing to convert."""
    if (corrected := facts.correction) and corrected.grade:
        return GradeConversion(
            method=ConversionMethod.BY_HAND, grade=corrected.grade, grade_scale=corrected.grade_scale
        )
    given = host_grade(facts)
    if given and facts.certification:
        return GradeConversion(method=ConversionMethod.SAME_SCALE, grade=given.text, grade_scale=given.scale)
    if given is None or facts.policy is None or not facts.policy.grade_transfer:
        return None
    scales_at_home = {table.grade_scale for table in facts.home_grade_tables}
    if facts.agreement.home_id == facts.agreement.host_id or given.scale in scales_at_home:
        return GradeConversion(method=ConversionMethod.SAME_SCALE, grade=given.text, grade_scale=given.scale)
    home = table_for(facts.home_grade_tables, None, facts.qualification.isced_f, facts.last_day)
    return _by_tables(given, home) if home else PASS_FAIL_ONLY


def _by_tables(given: HostGrade, home: GradeTablePublished) -> GradeConversion:
    converted = convert(given.grade, given.table, home) if given.grade and given.table else None
    if converted is None or given.table is None:
        return PASS_FAIL_ONLY
    return GradeConversion(
        method=ConversionMethod.TABLE,
        grade=converted.grade.label,
        grade_scale=home.grade_scale,
        confidence=converted.confidence,
        host_table_id=given.table.grade_table_id,
        host_table_version=given.table.version,
        home_table_id=home.grade_table_id,
        home_table_version=home.version,
        small_sample=small_sample(given.table, home),
    )
