"""Whether an outcome counts as achieved that was assessed more than once, by the home unit's policy (domain.md 4.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.contracts.assessment import Result
from shared.contracts.catalogue import Coverage, CoveragePolicy

ANY = Coverage(policy=CoveragePolicy.ANY)
"""Where the unit does not say."""
ALL_OF_IT = Decimal(1)


@dataclass(frozen=True)
class Assessed:
    """One assessment's result for an outcome; whatever was not assessed is not among them."""

    on: date
    attempt: int
    result: Result
    weight: Decimal
    """The assessment's share in the outcome."""

    @property
    def turn(self) -> tuple[date, int]:
        return self.on, self.attempt

    @property
    def achieved(self) -> bool:
        return self.result is Result.ACHIEVED


Policy = Callable[[Sequence[Assessed], Coverage], bool]


def is_achieved(results: Sequence[Assessed], coverage: Coverage) -> bool:
    """What was not assessed at all is not achieved, whatever the policy."""
    return bool(results) and POLICIES[coverage.policy](results, coverage)


def counts_failures(coverage: Coverage) -> bool:
    """Whether an assessment in which nothing was achieved has a say."""
    return coverage.policy not in {CoveragePolicy.ANY, CoveragePolicy.BEST}


def _any(results: Sequence[Assessed], _: Coverage) -> bool:
    return any(one.achieved for one in results)


def _all(results: Sequence[Assessed], _: Coverage) -> bool:
    return all(one.achieved for one in results)


def _weighted(results: Sequence[Assessed], coverage: Coverage) -> bool:
    """Without a threshold all of the weight is needed."""
    achieved = sum(one.weight for one in results if one.achieved)
    needed = ALL_OF_IT if coverage.threshold is None else coverage.threshold
    return achieved >= needed * sum(one.weight for one in results)


def _latest(results: Sequence[Assessed], _: Coverage) -> bool:
    """Of several on the same day and in the same attempt, one is enough."""
    last = max(one.turn for one in results)
    return any(one.achieved for one in results if one.turn == last)


POLICIES: Mapping[CoveragePolicy, Policy] = {
    CoveragePolicy.ANY: _any,
    CoveragePolicy.ALL: _all,
    CoveragePolicy.WEIGHTED: _weighted,
    CoveragePolicy.LATEST: _latest,
    CoveragePolicy.BEST: _any,  # an outcome has no better result than that it was achieved
}
