"""What a grade is worth on another scale (domain.md 4.7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.decisions import DecisionState, judge
from services.recognition.domain.grades import Converted, convert, grade_named, table_for
from services.recognition.domain.grading import PASS_FAIL_ONLY, conversion
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.catalogue import Grade, GradeShare, GradeTablePublished
from shared.contracts.recognition import ConversionMethod, CreditRecognised, GradeConversion, ReasonCode
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.evaluating import evaluated, said
from tests.support.stories import Story, story

FRANCE, GERMANY = grade_table(uuid4(), "FR-20"), grade_table(uuid4(), "DE-6")
TOLD = story()
HOST, HOME = TOLD.agreement.host_id, TOLD.agreement.home_id
DAY = timedelta(days=1)


def in_germany(mark: str) -> tuple[str, Decimal] | None:
    grade = grade_named(mark, FRANCE)
    converted = convert(grade, FRANCE, GERMANY) if grade else None
    return (converted.grade.label, converted.confidence) if converted else None


@pytest.mark.parametrize(
    ("marks", "grade", "confidence"),
    [
        (("16-20", "16", "18.5", "20"), "1", "1.00"),
        (("14-15.9", "14", "15,9"), "2", "0.90"),
        (("12-13.9", "12"), "3", "0.57"),
        (("10-11.9", "10"), "4", "0.57"),
    ],
)
def test_french_marks_become_german_grades_as_in_the_worked_table(marks: Sequence[str], grade: str, confidence: str):
    assert {in_germany(mark) for mark in marks} == {(grade, Decimal(confidence))}


@pytest.mark.parametrize("mark", ["0-9.9", "9.9", "0"])
def test_who_failed_has_failed(mark: str):
    assert in_germany(mark) is None


@pytest.mark.parametrize("mark", ["21", "-1", "excellent", "NaN", "Infinity", ""])
def test_what_is_no_grade_of_the_scale_is_none(mark: str):
    assert grade_named(mark, FRANCE) is None


def test_a_mark_between_two_grades_has_not_reached_the_better_one():
    assert [in_germany(mark) for mark in ("15.95", "9.95")] == [("2", Decimal("0.90")), None]
    found = [grade_named(mark, GERMANY) for mark in ("1.5", "4.1")]
    assert [grade and grade.label for grade in found] == ["2", "5-6"]


def test_of_two_grades_that_overlap_alike_the_better_one_counts():
    one = distribution("0.5", "0.5")
    whole = distribution("1")
    assert convert(whole.shares[0].grade, whole, one) == Converted(one.shares[0].grade, Decimal("0.50"))


def distribution(*shares: str | Decimal) -> GradeTablePublished:
    """Of grades a, b, c … and one that fails."""
    grades = [Grade(label=chr(ord("a") + place), passing=True) for place in range(len(shares))]
    passing = [GradeShare(grade=grade, share=Decimal(share)) for grade, share in zip(grades, shares, strict=True)]
    failing = GradeShare(grade=Grade(label="fail", passing=False), share=Decimal(0))
    return replace(FRANCE, grade_table_id=uuid4(), shares=(*passing, failing))


SHARES = st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any)
TABLES = SHARES.map(lambda parts: distribution(*(Decimal(part) / 100 for part in parts)))
"""Whose shares need not sum to 1: they are compared with each other."""


@given(TABLES, TABLES)
def test_a_better_grade_never_becomes_a_worse_one(source: GradeTablePublished, target: GradeTablePublished):
    labels = [found.grade.label for found in converted(source, target)]
    assert labels == sorted(labels)


@given(TABLES, TABLES)
def test_every_passing_grade_becomes_one_that_passes(source: GradeTablePublished, target: GradeTablePublished):
    found = converted(source, target)
    assert len(found) == len(source.shares) - 1
    assert all(one.grade.passing and 0 <= one.confidence <= 1 for one in found)


@given(TABLES)
def test_within_one_table_a_grade_that_somebody_got_stays_what_it_is(table: GradeTablePublished):
    for share, found in zip(table.shares, converted(table, table), strict=False):
        if share.share:
            assert found == Converted(share.grade, Decimal("1.00"))


def converted(source: GradeTablePublished, target: GradeTablePublished) -> list[Converted]:
    found = [convert(one.grade, source, target) for one in source.shares]
    assert [one for one, share in zip(found, source.shares, strict=True) if not share.grade.passing] == [None]
    return [one for one in found if one]


def test_the_latest_table_by_then_counts_and_one_of_the_field_before_one_of_all():
    last_year = replace(FRANCE, period_until=FRANCE.period_until - 365 * DAY, grade_table_id=uuid4())
    too_late = replace(FRANCE, period_until=TOLD.agreement.ends_on + DAY, grade_table_id=uuid4())
    other_field = replace(FRANCE, isced_f="0732", grade_table_id=uuid4())
    of_nobody = replace(FRANCE, shares=FRANCE.shares[-1:], grade_table_id=uuid4())
    published = [last_year, FRANCE, too_late, other_field, of_nobody]
    on = TOLD.agreement.ends_on
    assert table_for(published, "FR-20", "0612", on) == FRANCE
    of_field = replace(last_year, isced_f="0612")
    assert table_for([*published, of_field], "FR-20", "0612", on) == of_field
    again = replace(FRANCE, version=3, sample_size=7)
    assert table_for([again, *published], "FR-20", "0612", on) == again
    assert table_for(published, "DE-6", "0612", on) is None


def graded(mark: str | None = "14", *tables: GradeTablePublished, told: Story = TOLD, **changes: Any) -> UnitFacts:
    """The facts on a unit with this mark, where these tables are known."""
    value = assessment_value(told.agreement, grade=mark, grade_scale="FR-20" if mark else None)
    known = {HOST: [one for one in tables if one.institution_id == HOST]}
    known[HOME] = [one for one in tables if one.institution_id == HOME]
    [facts] = told.units(transcript_issued(told.agreement, value))
    return replace(facts, host_grade_tables=tuple(known[HOST]), home_grade_tables=tuple(known[HOME]), **changes)


OF_HOST, OF_HOME = grade_table(HOST, "FR-20"), grade_table(HOME, "DE-6", version=4)


def test_a_grade_comes_home_by_the_tables_of_both():
    assert conversion(graded("14", OF_HOST, OF_HOME)) == GradeConversion(
        method=ConversionMethod.TABLE,
        grade="2",
        grade_scale="DE-6",
        confidence=Decimal("0.90"),
        host_table_id=OF_HOST.grade_table_id,
        host_table_version=2,
        home_table_id=OF_HOME.grade_table_id,
        home_table_version=4,
        small_sample=False,
    )


@pytest.mark.parametrize(
    "tables", [(replace(OF_HOST, sample_size=49), OF_HOME), (OF_HOST, replace(OF_HOME, sample_size=49))]
)
def test_a_small_sample_is_flagged(tables: Sequence[GradeTablePublished]):
    found = conversion(graded("14", *tables))
    assert found
    assert found.small_sample


def test_on_the_same_scale_there_is_nothing_to_convert():
    same = GradeConversion(method=ConversionMethod.SAME_SCALE, grade="14", grade_scale="FR-20")
    assert conversion(graded("14", OF_HOST, grade_table(HOME, "FR-20"), OF_HOME)) == same
    at_home = replace(TOLD.agreement, host_id=HOME)
    assert conversion(graded("14", agreement=at_home)) == same


@pytest.mark.parametrize("tables", [(), (OF_HOST,), (OF_HOME,)])
def test_without_both_tables_it_is_passed_and_no_more(tables: Sequence[GradeTablePublished]):
    facts = graded("14", *tables)
    assert conversion(facts) == PASS_FAIL_ONLY
    assert judge(facts).state is DecisionState.RECOGNISED


def test_a_mark_that_the_host_s_scale_does_not_know_is_passed_and_no_more():
    assert conversion(graded("21", OF_HOST, OF_HOME)) == PASS_FAIL_ONLY


def test_without_a_grade_or_where_none_from_abroad_counts_nothing_is_converted():
    assert conversion(graded(None, OF_HOST, OF_HOME)) is None
    assert conversion(graded("14", OF_HOST, OF_HOME, policy=replace(TOLD.policy, grade_transfer=False))) is None


def test_a_grade_that_fails_although_everything_was_achieved_is_for_a_person():
    failed = graded("9", OF_HOST, OF_HOME)
    assert judge(failed).reasons == (ReasonCode.GRADE_FAILED,)
    assert failed.home_unit
    weighed = replace(failed, home_unit=replace(failed.home_unit, coefficient=Decimal(3)))
    assert judge(weighed).reasons == (ReasonCode.GRADE_FAILED,)
    ungraded_at_home = replace(TOLD.policy, grade_transfer=False)
    assert judge(graded("9", OF_HOST, OF_HOME, policy=ungraded_at_home)).reasons == ()


WEIGHED = [("14", (), ReasonCode.GRADE_TABLE_MISSING), (None, (OF_HOST, OF_HOME), ReasonCode.GRADE_TABLE_MISSING)]


@pytest.mark.parametrize(("mark", "tables", "reason"), WEIGHED)
def test_of_a_unit_whose_mark_is_weighed_there_has_to_be_one(
    mark: str | None, tables: Sequence[GradeTablePublished], reason: ReasonCode
):
    facts = graded(mark, *tables)
    assert facts.home_unit
    weighed = replace(facts, home_unit=replace(facts.home_unit, coefficient=Decimal(3)))
    assert (judge(weighed).state, judge(weighed).reasons) == (DecisionState.MANUAL_REVIEW, (reason,))
    passing = {
        "no weight": facts,
        "a bonus": replace(facts, home_unit=replace(facts.home_unit, coefficient=Decimal(3), bonus=True)),
        "no grades from abroad": replace(weighed, policy=replace(TOLD.policy, grade_transfer=False)),
        "a mark": replace(weighed, home_grade_tables=(grade_table(HOME, "FR-20"),)) if mark else facts,
    }
    assert {what: judge(one).reasons for what, one in passing.items()} == dict.fromkeys(passing, ())


def test_a_credit_carries_the_grade_as_it_was_and_as_it_is_at_home():
    value = assessment_value(TOLD.agreement, grade="14", grade_scale="FR-20")
    [_, credit] = said(evaluated(TOLD, transcript_issued(TOLD.agreement, value)))
    assert isinstance(credit, CreditRecognised)
    assert (credit.grade, credit.grade_scale, credit.conversion) == ("14", "FR-20", PASS_FAIL_ONLY)
