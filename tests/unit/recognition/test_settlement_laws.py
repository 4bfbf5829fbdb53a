"""Whatever hosts say, correct and withdraw, the record is what holds in the end (domain.md 4.3, 4.6, 4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from services.recognition.domain.batches import HostsWord
from services.recognition.domain.ledger import verify
from shared import ids
from shared.contracts.assessment import AssessmentValue, Result, TranscriptIssued
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import CreditRevoked
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_corrected,
    transcript_issued,
    transcript_withdrawn,
)
from tests.support.settling import Kept
from tests.support.stories import Story, elsewhere, story

K, S, RA = OutcomeKind
ITALY = story("U2")
STAYS = (ITALY, elsewhere(ITALY, RA), elsewhere(ITALY, K, S, RA), elsewhere(ITALY, K, S, RA))
UNIT = next(unit for unit in ITALY.home.units if unit.unit_id == ITALY.agreement.units[0].unit_id)
ALL = frozenset(outcome.outcome_id for outcome in UNIT.outcomes)


@dataclass(frozen=True)
class Saying:
    """The host of a stay says which outcomes were achieved, with which mark; or that it takes back what it said."""

    stay: int
    achieved: frozenset[UUID]
    mark: str
    withdrawn: bool


SOME = st.frozensets(st.sampled_from(sorted(ALL)))
SAYING = st.builds(Saying, st.integers(0, len(STAYS) - 1), SOME, st.sampled_from(["12", "14"]), st.booleans())
SAYINGS = st.lists(SAYING, max_size=8)


@dataclass
class Hosts:
    """One transcript of each stay."""

    kept: Kept = field(default_factory=Kept)
    transcript_ids: Sequence[UUID] = field(default_factory=lambda: [ids.new_id() for _ in STAYS])
    results: dict[int, Saying] = field(default_factory=dict)
    """What holds."""

    def say(self, *sayings: Saying) -> "Hosts":
        for saying in sayings:
            if word := self._word(saying):
                self.kept.hear(STAYS[saying.stay], word)
                self.results[saying.stay] = saying
                if saying.withdrawn:
                    del self.results[saying.stay]
        return self

    def _word(self, saying: Saying) -> HostsWord | None:
        told, transcript_id = STAYS[saying.stay], self.transcript_ids[saying.stay]
        said, value = self.kept.words.get(transcript_id), assessed(told, saying)
        if saying.withdrawn:
            return transcript_withdrawn(said) if isinstance(said, TranscriptIssued) else None
        if isinstance(said, TranscriptIssued):
            return transcript_corrected(told.agreement, said, value)
        version = said.version + 1 if said else 1
        return transcript_issued(told.agreement, value, transcript_id=transcript_id, version=version)

    @property
    def achieved(self) -> frozenset[UUID]:
        """By whatever holds."""
        return frozenset().union(*(saying.achieved & taught_in(stay) for stay, saying in self.results.items()))

    @property
    def held(self) -> list[frozenset[UUID]]:
        return [one.outcome_ids for one in self.kept.standing.in_progress.values()]

    def record(self) -> dict[str, Any]:
        """What there is, without the ids and versions that are new each time."""
        sources = self.kept.sources()
        return {
            "counted": [(one.transcript_id, one.points, one.grade) for one in self.kept.credits.values()],
            "held": self.held,
            "decisions": sorted((one.transcript_id, one.state) for one in sources.decisions),
            "given": sorted((one.transcript_id, one.outcome_ids) for one in sources.contributions),
        }


def taught_in(stay: int) -> frozenset[UUID]:
    return frozenset(pair.home_outcome_id for pair in STAYS[stay].agreement.units[0].outcomes)


def assessed(told: Story, saying: Saying) -> AssessmentValue:
    pairs = told.agreement.units[0].outcomes
    achieved = {pair.host_outcome_id for pair in pairs if pair.home_outcome_id in saying.achieved}
    results = tuple(
        replace(one, result=Result.ACHIEVED if one.outcome_id in achieved else Result.NOT_ACHIEVED)
        for one in outcome_results(told.agreement)
    )
    named = uuid5(told.agreement.learning_agreement_id, f"{sorted(achieved)} {saying.mark}")
    return assessment_value(
        told.agreement, assessment_id=named, results=results, grade=saying.mark, grade_scale="FR-20"
    )


@settings(max_examples=40)
@given(SAYINGS)
def test_a_unit_counts_exactly_when_all_of_it_is_achieved_by_what_holds(sayings: list[Saying]):
    hosts = Hosts().say(*sayings)
    complete = hosts.achieved == ALL
    assert len(hosts.kept.credits) == complete
    assert hosts.held == ([hosts.achieved] if hosts.achieved and not complete else [])


@settings(max_examples=40)
@given(SAYINGS)
def test_nothing_is_given_twice_and_the_ledger_adds_up_to_what_counts(sayings: list[Saying]):
    kept = Hosts().say(*sayings).kept
    given_ = [outcome_id for one in kept.contributions.values() for outcome_id in one.outcome_ids]
    assert len(given_) == len(set(given_))
    points = sum((one.points or Decimal(0) for one in kept.credits.values()), Decimal(0))
    assert sum((entry.points or Decimal(0) for entry in kept.entries), Decimal(0)) == points <= (ITALY.home.points or 0)
    assert verify(kept.entries) is None


@settings(max_examples=40)
@given(SAYINGS)
def test_the_id_of_a_credit_that_was_revoked_is_never_used_again(sayings: list[Saying]):
    revoked: set[UUID] = set()
    for fact in Hosts().say(*sayings).kept.said:
        assert getattr(fact, "credit_id", None) not in revoked
        if isinstance(fact, CreditRevoked):
            revoked.add(fact.credit_id)


@settings(max_examples=40)
@given(SAYINGS)
def test_each_fact_about_a_credit_is_its_next_version(sayings: list[Saying]):
    versions: dict[UUID, int] = {}
    for fact in Hosts().say(*sayings).kept.said:
        if fact.DECLARED.subject == "credit_id":
            credit_id = vars(fact)["credit_id"]
            assert fact.version == versions.get(credit_id, 0) + 1
            versions[credit_id] = fact.version


@settings(max_examples=40)
@given(SAYINGS, st.data())
def test_the_order_of_what_is_said_does_not_change_what_counts(sayings: list[Saying], data: st.DataObject):
    """As long as each host's words keep theirs."""
    left, shuffled = list(sayings), []
    while left:
        stay = data.draw(st.sampled_from(sorted({one.stay for one in left})))
        shuffled.append(left.pop(next(place for place, one in enumerate(left) if one.stay == stay)))
    first, second = Hosts().say(*sayings), Hosts().say(*shuffled)
    assert len(first.kept.credits) == len(second.kept.credits)
    assert first.held == second.held


@settings(max_examples=40)
@given(SAYINGS, SAYING)
def test_what_is_taken_back_and_said_again_restores_the_record(sayings: list[Saying], other: Saying):
    hosts = Hosts().say(*sayings)
    before, said = hosts.record(), hosts.results.get(other.stay)
    if said:
        hosts.say(other, said)
        assert hosts.record() == before


@settings(max_examples=40)
@given(SAYINGS)
def test_saying_the_same_again_changes_nothing(sayings: list[Saying]):
    hosts = Hosts().say(*sayings)
    facts, entries = len(hosts.kept.said), len(hosts.kept.entries)
    hosts.say(*hosts.results.values())
    assert (len(hosts.kept.said), len(hosts.kept.entries)) == (facts, entries)
