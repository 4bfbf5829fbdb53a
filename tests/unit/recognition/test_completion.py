"""A qualification is complete when every compulsory unit counts and its mean, if it has one, is passed."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from services.recognition.domain.record import is_complete
from services.recognition.domain.resolutions import Resolution, Verdict
from shared import ids
from shared.contracts.assessment import Procedure, TranscriptIssued
from shared.contracts.facts import Fact
from shared.contracts.recognition import CreditCorrected, CreditRecognised, CreditRevoked, QualificationCompleted
from tests.support.builders.agreements import agreed_unit
from tests.support.builders.assessment import assessment_value, transcript_corrected, transcript_withdrawn
from tests.support.builders.catalogue import unit_of
from tests.support.settling import Kept, issued
from tests.support.stories import Graded, Story, story

SAID = CreditRecognised | CreditRevoked | QualificationCompleted


def weighed(**of_u3: Any) -> Graded:
    """The learner goes for U3, which alone is compulsory; of the other units only U5 has a coefficient."""
    told = story("U3", "U5")
    terms: dict[str, dict[str, Any]] = {
        "U3": {"compulsory": True, "coefficient": Decimal(2)} | of_u3,
        "U5": {"coefficient": Decimal(4)},
    }
    usual: dict[str, Any] = {"compulsory": False, "points": None}
    units = tuple(replace(unit, **usual | terms.get(unit.code, {})) for unit in told.home.units)
    graded = Graded(**{one.name: getattr(told, one.name) for one in fields(Story)})
    return about("U3", replace(graded, home=replace(told.home, units=units)))


def about(code: str, told: Graded) -> Graded:
    """An agreement of the same learner about this unit."""
    [unit] = [one for one in told.comparabilities if one.home_unit_id == unit_of(told.home, code).unit_id]
    agreement = replace(told.agreement, learning_agreement_id=ids.new_id(), units=(agreed_unit(unit),))
    return replace(told, agreement=agreement)


def marked(told: Story, mark: str, **named: Any) -> TranscriptIssued:
    return issued(told, grade=mark, grade_scale="FR-20", **named)


def corrected(told: Story, wrong: TranscriptIssued, mark: str) -> TranscriptIssued:
    return transcript_corrected(
        told.agreement, wrong, assessment_value(told.agreement, grade=mark, grade_scale="FR-20")
    )


def kinds(said: list[Fact]) -> list[tuple[type[Fact], bool | None]]:
    """With whether it reopens the qualification."""
    return [(type(one), getattr(one, "reopens_qualification", None)) for one in said if isinstance(one, SAID)]


@pytest.mark.parametrize(("mark", "complete"), [("10", True), ("9,5", False)])
def test_that_every_unit_counts_is_not_enough_where_the_mean_is_not_passed(mark: str, complete: bool):  # noqa: FBT001 - parametrised
    told, kept = weighed(), Kept()
    said = kinds(kept.hear(told, marked(told, mark)))
    assert said[0] == (CreditRecognised, None)
    assert ((QualificationCompleted, None) in said) is complete


def test_nothing_makes_up_for_a_mark_that_eliminates():
    told, kept = weighed(eliminatory_mark=Decimal(12)), Kept()
    assert kinds(kept.hear(told, marked(told, "11"))) == [(CreditRecognised, None)]


def test_a_mark_that_is_put_right_completes_and_reopens():
    told, kept = weighed(), Kept()
    kept.hear(told, low := marked(told, "8"))
    high = corrected(told, low, "14")
    assert kinds(kept.hear(told, high)) == [(CreditCorrected, None), (QualificationCompleted, None)]
    low_again = corrected(told, high, "9")
    assert kinds(kept.hear(told, low_again)) == [(CreditCorrected, True)]
    assert not kept.standing.completed


def test_an_optional_unit_has_its_say_in_the_mean_when_it_comes_and_when_it_goes():
    told, kept = weighed(), Kept()
    other = about("U5", told)
    kept.hear(told, marked(told, "14"))
    assert kept.standing.completed
    assert kinds(kept.hear(other, low := marked(other, "5"))) == [(CreditRecognised, True)]
    assert not kept.standing.completed
    assert kinds(kept.hear(other, transcript_withdrawn(low))) == [
        (CreditRevoked, False),
        (QualificationCompleted, None),
    ]


def test_what_a_person_recognises_completes_it_only_with_the_mark_that_it_needs():
    told, kept = weighed(), Kept()
    kept.hear(told, issued(told, procedure=Procedure.DEVIATED))
    assert kinds(kept.resolve(told, Resolution(Verdict.RECOGNISED))) == [(CreditRecognised, None)]


def test_without_coefficients_it_is_complete_as_soon_as_the_units_count():
    told, kept = weighed(coefficient=None), Kept()
    home = replace(told.home, units=tuple(replace(unit, coefficient=None) for unit in told.home.units))
    told = replace(told, home=home)
    assert (QualificationCompleted, None) in kinds(kept.hear(told, issued(told)))
    assert not is_complete(home, {})
