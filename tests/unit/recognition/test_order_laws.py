"""In whatever order a host confirms what was assessed, the same is earned in the end (domain.md 4.2, 4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.recognition.domain.known import Known
from shared import ids
from shared.contracts.assessment import AssessmentValue, Procedure, Result, UnitShare
from shared.contracts.catalogue import Coverage, CoveragePolicy
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.settling import Kept
from tests.support.stories import Story, story

HALF = Decimal("0.5")


@dataclass(frozen=True, kw_only=True)
class Host(Story):
    """Home has the scale of the host, and a credit an end."""

    policy_of_outcomes: CoveragePolicy
    table_id: UUID = field(default_factory=ids.new_id)

    @property
    def known(self) -> Known:
        usual, coverage = super().known, Coverage(policy=self.policy_of_outcomes, threshold=HALF)
        units = tuple(replace(unit, coverage=coverage, credit_validity_years=5) for unit in self.home.units)
        home = replace(self.home, units=units)
        return replace(
            usual,
            qualifications={**usual.qualifications, (home.qualification_id, home.version): home},
            grade_tables={self.agreement.home_id: [grade_table(self.agreement.home_id, "FR-20")]},
        )


WHOLE = story("U3")
PART = story("U2")
HOSTS: Mapping[tuple[bool, CoveragePolicy], Host] = {
    (whole, policy): Host(**vars(WHOLE if whole else PART), policy_of_outcomes=policy)
    for whole in (True, False)
    for policy in CoveragePolicy
}


@dataclass(frozen=True)
class Assessed:
    achieved: frozenset[int]
    """Which of the agreed outcomes, by their places."""
    mark: str
    days_before: int
    procedure: Procedure

    def value(self, host: Host) -> AssessmentValue:
        results = tuple(
            replace(one, result=Result.ACHIEVED if place in self.achieved else Result.NOT_ACHIEVED)
            for place, one in enumerate(outcome_results(host.agreement))
        )
        return assessment_value(
            host.agreement,
            results=results,
            grade=self.mark,
            grade_scale="FR-20",
            units=(UnitShare(unit_id=host.agreement.units[0].host_unit_id, share=HALF),),
            assessed_on=host.agreement.ends_on - timedelta(days=self.days_before),
            procedure=self.procedure,
        )


ACHIEVED = st.sampled_from([frozenset(range(9)), frozenset({0}), frozenset({1}), frozenset()])


def assessed(procedure: st.SearchStrategy[Procedure]) -> st.SearchStrategy[list[Assessed]]:
    one = st.builds(Assessed, ACHIEVED, st.sampled_from(["11", "14", "18"]), st.integers(0, 3), procedure)
    return st.lists(one, min_size=1, max_size=4)


AS_AGREED, OTHERWISE = assessed(st.just(Procedure.FOLLOWED)), assessed(st.sampled_from(Procedure))


def issued(host: Host, values: Sequence[AssessmentValue]) -> Kept:
    """One issue after the other, each with one assessment more than the one before."""
    kept, transcript_id = Kept(), ids.new_id()
    for version in range(1, len(values) + 1):
        kept.hear(
            host,
            transcript_issued(host.agreement, *values[:version], transcript_id=transcript_id, version=version),
        )
    return kept


def counted(kept: Kept) -> list[Any]:
    return [(one.points, one.grade, one.conversion, one.assessed_on, one.valid_until) for one in kept.credits.values()]


def in_progress(kept: Kept) -> Any:
    held = [one.outcome_ids for one in kept.standing.in_progress.values()]
    return held, sorted((one.state, one.reasons) for one in kept.sources().decisions)


@settings(max_examples=200)
@given(st.sampled_from(sorted(HOSTS)), AS_AGREED, st.data())
def test_it_does_not_matter_which_assessment_is_issued_first_nor_whether_all_are_at_once(
    which: tuple[bool, CoveragePolicy], said: list[Assessed], data: st.DataObject
):
    host, at_once = HOSTS[which], Kept()
    values = [one.value(host) for one in said]
    at_once.hear(host, transcript_issued(host.agreement, *values))
    kept = issued(host, data.draw(st.permutations(values)))
    assert (counted(kept), in_progress(kept)) == (counted(at_once), in_progress(at_once))


@settings(max_examples=100)
@given(st.sampled_from(sorted(HOSTS)), OTHERWISE, st.data())
def test_nothing_counts_that_would_not_if_it_were_all_issued_at_once(
    which: tuple[bool, CoveragePolicy], said: list[Assessed], data: st.DataObject
):
    """Where the procedure was another a person decides; a part that was held before that is held until then."""
    host, at_once = HOSTS[which], Kept()
    values = [one.value(host) for one in said]
    at_once.hear(host, transcript_issued(host.agreement, *values))
    assert counted(issued(host, data.draw(st.permutations(values)))) == counted(at_once)
