from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.decisions import judge
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import validate
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import OutcomeResult, Result
from shared.contracts.catalogue import Unit
from shared.contracts.recognition import OutcomeStatus, ReasonCode, ValidationStatus
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.stories import Story, story

TOLD = story()
[GOOD] = TOLD.units()
OUTCOMES = sorted(pair.host_outcome_id for pair in GOOD.agreed.outcomes)
ACHIEVED, MISSED = Result.ACHIEVED, Result.NOT_ACHIEVED


def facts_of(told: Story, *attempts: dict[UUID, Result]) -> UnitFacts:
    """One assessment for each attempt, with these results."""
    values = [assessment_value(told.agreement, results=_results(told.agreement, attempt)) for attempt in attempts]
    [facts] = told.units(transcript_issued(told.agreement, *values))
    return facts


def _results(agreed: LearningAgreementAgreed, attempt: dict[UUID, Result]) -> tuple[OutcomeResult, ...]:
    unit_id = agreed.units[0].host_unit_id
    return tuple(
        OutcomeResult(outcome_id=outcome_id, unit_id=unit_id, result=result, weight=Decimal(1))
        for outcome_id, result in attempt.items()
    )


@pytest.mark.parametrize(
    ("achieved", "status"),
    [
        (3, ValidationStatus.VALIDATED),
        (2, ValidationStatus.PARTIALLY_VALIDATED),
        (1, ValidationStatus.PARTIALLY_VALIDATED),
        (0, ValidationStatus.NOT_VALIDATED),
    ],
)
def test_outcomes_fold_to_the_unit(achieved: int, status: ValidationStatus):
    results = {outcome: ACHIEVED if place < achieved else MISSED for place, outcome in enumerate(OUTCOMES)}
    validation = validate(facts_of(TOLD, results))
    assert validation.status is status
    assert [one.status for one in validation.outcomes].count(OutcomeStatus.VALIDATED) == achieved


@given(st.lists(st.dictionaries(st.sampled_from(OUTCOMES), st.sampled_from(Result), min_size=1), min_size=1))
def test_one_achieved_result_is_enough_in_whatever_attempt(attempts: list[dict[UUID, Result]]):
    everything = {outcome for attempt in attempts for outcome, result in attempt.items() if result is ACHIEVED}
    assessed = {result for attempt in attempts for result in attempt.values()} - {Result.NOT_ASSESSED}
    if assessed:
        validation = validate(facts_of(TOLD, *attempts))
        statuses = [one.status for one in validation.outcomes]
        assert statuses.count(OutcomeStatus.VALIDATED) == len(everything)


def test_an_outcome_that_is_not_required_may_be_missed():
    home = replace(TOLD.home, units=tuple(_with_one_required(unit) for unit in TOLD.home.units))
    required = next(unit for unit in home.units if unit.unit_id == GOOD.agreed.unit_id).outcomes[0]
    host = next(pair.host_outcome_id for pair in GOOD.agreed.outcomes if pair.home_outcome_id == required.outcome_id)
    facts = facts_of(
        replace(TOLD, home=home), {outcome: ACHIEVED if outcome == host else MISSED for outcome in OUTCOMES}
    )
    assert judge(facts).reasons == ()


def _with_one_required(unit: Unit) -> Unit:
    first, *others = unit.outcomes
    return replace(unit, outcomes=(first, *(replace(outcome, required=False) for outcome in others)))


def test_nothing_achieved_validates_nothing_even_where_nothing_is_required():
    home = replace(
        TOLD.home,
        units=tuple(
            replace(unit, outcomes=tuple(replace(outcome, required=False) for outcome in unit.outcomes))
            for unit in TOLD.home.units
        ),
    )
    facts = facts_of(replace(TOLD, home=home), dict.fromkeys(OUTCOMES, MISSED))
    assert validate(facts).status is ValidationStatus.NOT_VALIDATED
    assert judge(facts).reasons == (ReasonCode.LO_MISSING,)


def test_a_result_of_another_unit_says_nothing_about_this_one():
    two = story("U3", "U4")
    (assessment,) = two.transcript.assessments
    u3 = two.agreement.units[0]
    other = tuple(result for result in assessment.results if result.unit_id != u3.host_unit_id)
    units = two.units(transcript_issued(two.agreement, assessment_value(two.agreement, results=other)))
    assert [unit.agreed.unit_id for unit in units] == [two.agreement.units[1].unit_id]


def test_a_failed_first_attempt_does_not_taint_a_passed_resit():
    failed = assessment_value(TOLD.agreement, results=_results(TOLD.agreement, dict.fromkeys(OUTCOMES, MISSED)))
    passed = assessment_value(TOLD.agreement, attempt=2)
    [facts] = TOLD.units(transcript_issued(TOLD.agreement, failed, passed))
    assert facts.assessments == (passed,)
