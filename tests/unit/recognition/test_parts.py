"""Of parts that make one whole: its grade, what nobody knows of a part, and what stays (domain.md 4.3, 4.7)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.contracts.recognition import (
    ConversionMethod,
    GradeConversion,
    ReasonCode,
)
from tests.support.builders.assessment import (
    transcript_corrected,
    transcript_issued,
)
from tests.support.evaluating import AT
from tests.support.parts import RA, TWICE, WORLDS, YEARS, K, S, assessed, held, in_years
from tests.support.settling import Kept, issued
from tests.support.stories import documenting

FR = WORLDS["FR-20", None]


def whole(*marks: str | None, weighed: Decimal | None = None, scale: str = "FR-20") -> Kept:
    told, kept = WORLDS[scale, weighed], Kept()
    for kinds, mark in zip([(K,), (S, RA)], marks, strict=True):
        kept.hear(told[kinds], transcript_issued(told[kinds].agreement, assessed(told[kinds], mark, 0)))
    return kept


def test_the_grade_is_the_one_in_which_all_agree_that_have_one():
    agreed = GradeConversion(method=ConversionMethod.SAME_SCALE, grade="14", grade_scale="FR-20")
    for marks in (("14", "14"), (None, "14"), ("14", None)):
        [credit] = whole(*marks).credits.values()
        assert (credit.grade, credit.grade_scale, credit.conversion) == (None, None, agreed)
    [credit] = whole("14", "11").credits.values()
    assert (credit.grade, credit.conversion) == (None, GradeConversion(method=ConversionMethod.PASS_FAIL_ONLY))
    [credit] = whole(None, None).credits.values()
    assert (credit.grade, credit.conversion) == (None, None)


def test_grades_that_are_the_same_at_home_agree_whatever_the_hosts_called_them():
    [credit] = whole("14", "14.5", scale="DE-6").credits.values()
    assert credit.conversion == GradeConversion(method=ConversionMethod.SAME_SCALE, grade="2", grade_scale="DE-6")


def test_a_unit_that_is_weighed_goes_to_a_person_where_the_parts_have_no_mark_in_common():
    kept = whole("14", "11", weighed=TWICE)
    assert kept.credits == {}
    assert [one.reasons for one in kept.sources().decisions][-1] == (ReasonCode.GRADE_TABLE_MISSING,)
    assert len(whole("14", "14", weighed=TWICE).credits) == 1


def test_a_part_whose_grade_fails_for_certain_completes_nothing_without_a_person():
    for marks in (("8", "14"), ("14", "8")):
        assert whole(*marks).credits == {}


def test_what_finds_the_same_parts_stays_whatever_was_heard_since():
    kept, first, rest = Kept(), FR[K,], FR[S, RA]
    kept.hear(first, word := issued(first, grade="14", grade_scale="FR-20"))
    kept.hear(rest, last := issued(rest))
    kept.stories[last.transcript_id] = documenting(rest)
    kept.hear(first, again := transcript_corrected(first.agreement, word, *word.assessments))
    assert len(kept.credits) == 1
    kept.hear(first, transcript_corrected(first.agreement, again, assessed(first, "14", 5)))
    assert kept.credits == {}


def test_of_parts_of_which_nothing_is_known_all_is_as_it_was_before():
    """They were given by the version before: they have no end, and no grade."""
    kept, first, rest = Kept(), FR[(K,)], FR[(S, RA)]
    kept.hear(first, issued(first, grade="11", grade_scale="FR-20"))
    unknown: dict[str, Any] = {
        "assessed_on": None,
        "valid_until": None,
        "grade": None,
        "grade_scale": None,
        "grade_failed": None,
    }
    kept.contributions = {id_: replace(one, **unknown) for id_, one in kept.contributions.items()}
    kept.at = in_years(YEARS * 2)
    kept.let_go()
    assert len(held(kept)) == 1
    kept.at = AT
    kept.hear(rest, issued(rest, grade="14", grade_scale="FR-20"))
    [credit] = kept.credits.values()
    assert (credit.grade, credit.assessed_on) == ("14", rest.agreement.ends_on)
