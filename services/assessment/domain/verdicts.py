"""What came of each agreed unit, over all its assessments (domain.md 2.4, difference targeted and achieved)."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from services.assessment.domain.learning_agreements import HostOutcome
from shared.contracts.assessment import AssessmentValue, Result, UnitVerdict

BEST = {Result.NOT_ASSESSED: 0, Result.NOT_ACHIEVED: 1, Result.PARTIALLY: 2, Result.ACHIEVED: 3}


def verdicts(
    agreed: Collection[HostOutcome], assessments: Iterable[AssessmentValue], hours: Mapping[UUID, int]
) -> tuple[UnitVerdict, ...]:
    """One for each unit, sorted; outcomes count by their best result, the default policy of domain.md 4.2."""
    best = _best_results(assessments)
    found: dict[UUID, dict[UUID, Result]] = {}
    for outcome in agreed:
        result = best.get(outcome, Result.NOT_ASSESSED)
        found.setdefault(outcome.unit_id, {})[outcome.outcome_id] = result
    return tuple(
        UnitVerdict(
            unit_id=unit_id,
            verdict=_verdict(results.values()),
            outstanding_outcome_ids=tuple(
                sorted(id_ for id_, result in results.items() if result is not Result.ACHIEVED)
            ),
            hours=hours.get(unit_id),
        )
        for unit_id, results in sorted(found.items())
    )


def _best_results(assessments: Iterable[AssessmentValue]) -> Mapping[HostOutcome, Result]:
    best: dict[HostOutcome, Result] = {}
    for assessment in assessments:
        for one in assessment.results:
            outcome = HostOutcome(one.unit_id, one.outcome_id)
            best[outcome] = max(best.get(outcome, one.result), one.result, key=BEST.__getitem__)
    return best


def _verdict(results: Collection[Result]) -> Result:
    kinds = set(results)
    if len(kinds) == 1:
        return next(iter(kinds))
    return Result.PARTIALLY if kinds & {Result.ACHIEVED, Result.PARTIALLY} else Result.NOT_ACHIEVED
