"""Validation: whether the assessed outcomes correspond to those that the home unit requires (domain.md 3.4).

A different act from assessment before it and recognition after it (Recommendation 18.6.2009, Annex I g); its result is
a fact of its own.
"""

from dataclasses import dataclass

from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import Result
from shared.contracts.recognition import OutcomeStatus, ReasonCode, ValidatedOutcome, ValidationStatus


@dataclass(frozen=True)
class Validation:
    """What became of each outcome of the home unit, folded to the unit."""

    status: ValidationStatus
    outcomes: tuple[ValidatedOutcome, ...]


def validate(facts: UnitFacts) -> Validation:
    """Per home outcome: one achieved result through the agreed mapping is enough (domain.md 4.2, policy `any`)."""
    achieved = {
        result.outcome_id
        for assessment in facts.assessments
        for result in assessment.results
        if result.unit_id == facts.agreed.host_unit_id and result.result is Result.ACHIEVED
    }
    covered = {pair.home_outcome_id for pair in facts.agreed.outcomes if pair.host_outcome_id in achieved}
    outcomes = facts.home_unit.outcomes if facts.home_unit else ()
    validated = {outcome.outcome_id for outcome in outcomes} & covered
    complete = all(outcome.outcome_id in validated for outcome in outcomes if outcome.required)
    return Validation(
        status=_fold(complete=complete, some=bool(validated)),
        outcomes=tuple(
            ValidatedOutcome(outcome_id=outcome.outcome_id, status=OutcomeStatus.VALIDATED, reason=ReasonCode.OK)
            if outcome.outcome_id in validated
            else ValidatedOutcome(
                outcome_id=outcome.outcome_id, status=OutcomeStatus.NOT_VALIDATED, reason=ReasonCode.LO_MISSING
            )
            for outcome in outcomes
        ),
    )


def _fold(*, complete: bool, some: bool) -> ValidationStatus:
    """Nothing achieved validates nothing, even where nothing is required."""
    if not some:
        return ValidationStatus.NOT_VALIDATED
    return ValidationStatus.VALIDATED if complete else ValidationStatus.PARTIALLY_VALIDATED
