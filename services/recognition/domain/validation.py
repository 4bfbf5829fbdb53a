"""Validation: whether the assessed outcomes correspond to those that the home unit requires (domain.md 3.4).

A different act from assessment before it and recognition after it (Recommendation 18.6.2009, Annex I g); its result is
a fact of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.recognition.domain.coverage import Assessed, is_achieved
from services.recognition.domain.partial import Needed, needed
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import Result
from shared.contracts.catalogue import LearningOutcome
from shared.contracts.recognition import OutcomeStatus, ReasonCode, ValidatedOutcome, ValidationStatus


@dataclass(frozen=True)
class Validation:
    """What became of each outcome of the home unit, folded to the unit."""

    status: ValidationStatus
    outcomes: tuple[ValidatedOutcome, ...]
    needed: Needed
    """Beyond what was validated now or before."""
    is_second_result: bool = False
    """Something was achieved, but the unit counts already, or all of it was held before (domain.md 4.6)."""

    @property
    def given(self) -> frozenset[UUID]:
        """What was validated now, and had not been before."""
        return frozenset(one.outcome_id for one in self.outcomes if is_given(one))

    @property
    def held(self) -> frozenset[UUID]:
        """The outcomes of the unit that were validated, now or before."""
        return frozenset(one.outcome_id for one in self.outcomes if one.status is OutcomeStatus.VALIDATED)


def validate(facts: UnitFacts) -> Validation:
    """What this transcript confirms, added to what is held of the unit already; an outcome held counts once."""
    outcomes = facts.home_unit.outcomes if facts.home_unit else ()
    confirmed = _confirmed(facts)
    validated = tuple(_validated(outcomes, confirmed, facts))
    held = {one.outcome_id for one in validated if one.status is OutcomeStatus.VALIDATED}
    missing = needed(facts.home_unit, held) if facts.home_unit else Needed((), 0)
    some = any(outcome.outcome_id in confirmed for outcome in outcomes)
    second = some and (facts.active_credit_id is not None or not any(map(is_given, validated)))
    return Validation(_fold(complete=missing.nothing, some=some), validated, missing, second)


def is_complete_alone(facts: UnitFacts) -> bool:
    """Whether these results take no others to complete the unit."""
    return facts.home_unit is not None and needed(facts.home_unit, _confirmed(facts)).nothing


def is_given(outcome: ValidatedOutcome) -> bool:
    """Validated by this result, and by none before."""
    return outcome.status is OutcomeStatus.VALIDATED and outcome.held_by is None


def _confirmed(facts: UnitFacts) -> frozenset[UUID]:
    """The home outcomes that the unit's policy takes for achieved, through the agreed mapping (domain.md 4.2).

    Where a person has corrected them, those.
    """
    if facts.correction and facts.correction.outcome_ids is not None:
        return frozenset(facts.correction.outcome_ids)
    results: Mapping[UUID, list[Assessed]] = defaultdict(list)
    for assessment in facts.assessments:
        for one in assessment.results:
            if one.unit_id == facts.agreed.host_unit_id and one.result is not Result.NOT_ASSESSED:
                assessed = Assessed(assessment.assessed_on, assessment.attempt, one.result, one.weight)
                results[one.outcome_id].append(assessed)
    return frozenset(
        pair.home_outcome_id
        for pair in facts.agreed.outcomes
        if is_achieved(results.get(pair.host_outcome_id, ()), facts.coverage)
    )


def _validated(
    outcomes: tuple[LearningOutcome, ...], confirmed: frozenset[UUID], facts: UnitFacts
) -> Iterator[ValidatedOutcome]:
    before = facts.in_progress
    for outcome in outcomes:
        if before and outcome.outcome_id in before.outcome_ids:
            yield _outcome(outcome, OutcomeStatus.VALIDATED, ReasonCode.OK, held_by=before.credit_id)
        elif outcome.outcome_id in confirmed:
            yield _outcome(outcome, OutcomeStatus.VALIDATED, ReasonCode.OK)
        else:
            yield _outcome(outcome, OutcomeStatus.NOT_VALIDATED, ReasonCode.LO_MISSING)


def _outcome(
    outcome: LearningOutcome, status: OutcomeStatus, reason: ReasonCode, *, held_by: UUID | None = None
) -> ValidatedOutcome:
    return ValidatedOutcome(outcome_id=outcome.outcome_id, status=status, reason=reason, held_by=held_by)


def _fold(*, complete: bool, some: bool) -> ValidationStatus:
    """Nothing achieved validates nothing, even where nothing is required."""
    if not some:
        return ValidationStatus.NOT_VALIDATED
    return ValidationStatus.VALIDATED if complete else ValidationStatus.PARTIALLY_VALIDATED
