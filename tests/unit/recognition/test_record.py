"""What counts today, and how it adds up (domain.md 4.3 to 4.5, 4.8)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.means import MeanResult
from services.recognition.domain.record import AddsUpBy, Completion, CreditInProgress, Held, Record, pro_rata, record
from shared import ids
from shared.contracts.catalogue import AccumulationRules, PartialPoints, QualificationPublished, Unit
from shared.contracts.recognition import ConversionMethod, CreditRecognised, GradeConversion
from tests.support.builders.agreements import learning_agreement_agreed
from tests.support.builders.bac_pro import BAC_PRO, MARKS
from tests.support.builders.catalogue import ITALY_ICT, MALTA_ICT, unit_of
from tests.support.builders.recognition import DECIDED_AT, credit_recognised

TODAY = date(2026, 7, 1)
DAY = timedelta(days=1)
U1, U2, U3, U4, U5 = MALTA_ICT.units
PRO_RATA = replace(MALTA_ICT, accumulation=AccumulationRules(partial_points=PartialPoints.PRO_RATA))


def credit(unit: Unit, qualification: QualificationPublished = MALTA_ICT, **changes: Any) -> CreditRecognised:
    named = {"qualification_id": qualification.qualification_id, "qualification_version": qualification.version}
    return credit_recognised(
        learning_agreement_agreed(), **{"unit_id": unit.unit_id, "points": unit.points, **named, **changes}
    )


def in_progress(unit: Unit, held: int) -> CreditInProgress:
    """Its first outcomes are held."""
    outcome_ids = tuple(outcome.outcome_id for outcome in unit.outcomes)
    return CreditInProgress(
        credit_id=ids.new_id(),
        decision_id=ids.new_id(),
        qualification_id=MALTA_ICT.qualification_id,
        qualification_version=MALTA_ICT.version,
        unit_id=unit.unit_id,
        held_outcome_ids=outcome_ids[:held],
        needed_outcome_ids=outcome_ids[held:],
        needed_optional=0,
        assessed_on=DECIDED_AT.date(),
        decided_at=DECIDED_AT,
    )


def shown(
    *credits_: CreditRecognised, of: QualificationPublished = MALTA_ICT, on: date = TODAY, **others: Any
) -> Record:
    nothing: dict[str, Any] = {"in_progress": (), "documented": (), "reviews": (), "completions": ()}
    return record(Held(learner_id=ids.new_id(), credits=credits_, **nothing | others), [of], on)


def test_points_of_what_counts_are_summed_and_the_rest_is_missing():
    [progress] = shown(credit(U1), credit(U3)).qualifications
    assert (progress.adds_up_by, progress.points) == (AddsUpBy.POINTS, Decimal(60))
    assert progress.missing == (U2.unit_id, U4.unit_id, U5.unit_id)
    assert (progress.complete, progress.completed_on, progress.mean) == (False, None, None)


@pytest.mark.parametrize(("on", "counts"), [(TODAY, True), (TODAY + DAY, False)])
def test_a_credit_counts_up_to_its_last_day_whether_or_not_time_was_noticed(on: date, counts: bool):  # noqa: FBT001 - parametrised
    limited = credit(U1, valid_until=TODAY)
    found = shown(limited, credit(U2), on=on)
    [progress] = found.qualifications
    assert [one.unit_id for one in found.expired] == ([] if counts else [U1.unit_id])
    assert progress.points == (55 if counts else 25)
    assert (U1.unit_id in progress.missing) is not counts


def test_a_unit_that_was_earned_again_counts_beside_the_credit_that_expired():
    again = credit(U1)
    found = shown(credit(U1, valid_until=TODAY - DAY), again)
    assert found.credits == [again]
    assert (len(found.expired), found.qualifications[0].points) == (1, Decimal(30))


def test_a_complete_qualification_says_since_when_until_a_unit_of_it_expires():
    said = [Completion(MALTA_ICT.qualification_id, date(2026, 4, 1))]
    counted = [credit(unit) for unit in (U1, U2, U3, U4)]
    last = credit(U5, valid_until=TODAY)
    [progress] = shown(*counted, last, completions=said).qualifications
    assert (progress.complete, progress.points, progress.completed_on) == (True, Decimal(120), date(2026, 4, 1))
    [progress] = shown(*counted, last, completions=said, on=TODAY + DAY).qualifications
    assert (progress.complete, progress.completed_on) == (False, None)


def test_a_unit_in_progress_has_a_share_of_its_points_only_where_the_qualification_gives_one():
    none = shown(credit(U1), in_progress=[in_progress(U2, held=2)])
    assert (none.in_progress[0].points, none.qualifications[0].points_in_progress) == (None, None)
    share = shown(credit(U1), in_progress=[in_progress(U2, held=2), in_progress(U3, held=1)], of=PRO_RATA)
    assert [one.points for one in share.in_progress] == [Decimal("16.6"), 10]
    [progress] = share.qualifications
    assert (progress.points, progress.points_in_progress) == (Decimal(30), Decimal("26.6"))


def test_the_share_is_by_the_weights_of_the_outcomes():
    heavy, *others = U1.outcomes
    weighed = (replace(heavy, weight=Decimal(4)), *(replace(one, weight=Decimal("0.5")) for one in others))
    assert pro_rata(replace(U1, outcomes=weighed), [heavy.outcome_id]) == 24
    assert pro_rata(unit_of(ITALY_ICT, "U1"), [heavy.outcome_id]) is None


@given(st.data())
def test_parts_of_a_unit_together_never_have_more_than_its_points(data: st.DataObject):
    weights = data.draw(st.lists(st.decimals("0.01", 100, places=2), min_size=3, max_size=3))
    outcomes = tuple(replace(one, weight=weight) for one, weight in zip(U2.outcomes, weights, strict=True))
    held = data.draw(st.sets(st.sampled_from([one.outcome_id for one in outcomes])))
    unit = replace(U2, outcomes=outcomes)
    parts = [pro_rata(unit, part) for part in (held, {one.outcome_id for one in outcomes} - held)]
    assert Decimal("24.8") <= sum(part for part in parts if part is not None) <= 25


@given(st.dictionaries(st.sampled_from([unit.code for unit in MALTA_ICT.units]), st.decimals(1, 60, places=1)))
def test_a_qualification_never_has_more_than_its_points_whatever_its_units_had_when_they_were_earned(
    found: dict[str, Decimal],
):
    units = {code: unit_of(MALTA_ICT, code) for code in found}
    counted = [credit(unit, qualification_version=7, points=found[code]) for code, unit in units.items()]
    [progress] = shown(*counted).qualifications
    assert (progress.points or 0) == sum(unit.points or 0 for unit in units.values()) <= 120


def test_a_unit_that_the_qualification_has_no_more_has_no_points_in_it():
    later = replace(MALTA_ICT, version=MALTA_ICT.version + 1, units=MALTA_ICT.units[1:])
    [progress] = shown(credit(U1), credit(U2), of=later).qualifications
    assert (progress.points, progress.counted) == (Decimal(25), tuple(sorted((U1.unit_id, U2.unit_id))))


def test_a_qualification_without_points_and_coefficients_adds_up_by_units():
    [progress] = shown(credit(ITALY_ICT.units[0], ITALY_ICT), of=ITALY_ICT).qualifications
    assert (progress.adds_up_by, progress.points, len(progress.missing)) == (AddsUpBy.UNITS, None, 4)


def test_a_bac_pro_adds_up_to_its_mean_and_is_incomplete_while_a_mark_is_missing():
    graded = [
        credit(
            unit_of(BAC_PRO, code),
            BAC_PRO,
            conversion=GradeConversion(method=ConversionMethod.SAME_SCALE, grade=mark, grade_scale="FR-20"),
        )
        for code, mark in MARKS.items()
    ]
    [progress] = shown(*graded, of=BAC_PRO).qualifications
    assert progress.mean
    assert (progress.adds_up_by, progress.mean.mean, progress.complete) == (AddsUpBy.MEAN, Decimal("11.15"), True)
    without_mark = replace(graded[2], conversion=None)
    [progress] = shown(*graded[:2], without_mark, *graded[3:], of=BAC_PRO).qualifications
    assert progress.mean
    assert (progress.mean.result, progress.mean.missing_unit_ids) == (MeanResult.INCOMPLETE, (graded[2].unit_id,))
    assert (progress.complete, progress.missing) == (False, ())
