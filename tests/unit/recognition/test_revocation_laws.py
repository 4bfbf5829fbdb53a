"""Whatever was certified and achieved abroad: what is revoked goes as previewed, for good, and nothing counts twice."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.ledger import verify
from services.recognition.domain.reviews import Review
from services.recognition.domain.revisions import REVISIONS, Revision
from services.recognition.domain.revocations import Consequence, Effect, cascade, token
from services.recognition.domain.standing import Standing
from shared.contracts.assessment import Result, TranscriptIssued
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import ChangeReason, CreditCorrected, CreditRevoked
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.revising import Revised, certification
from tests.support.stories import elsewhere, story

K, S, RA = OutcomeKind
ITALY = story("U2")
ABROAD = elsewhere(ITALY, K, S, RA)
UNIT = next(unit for unit in ITALY.home.units if unit.unit_id == ITALY.agreement.units[0].unit_id)
ALL = frozenset(outcome.outcome_id for outcome in UNIT.outcomes)
SOME = st.frozensets(st.sampled_from(sorted(ALL)), min_size=1)


@dataclass(frozen=True)
class Learnt:
    outcome_ids: frozenset[UUID]
    abroad: bool


LEARNT = st.lists(st.builds(Learnt, SOME, st.booleans()), min_size=1, max_size=5)


@dataclass
class Told:
    kept: Revised
    sources: dict[UUID, frozenset[UUID]]
    """By transcript or record, what was achieved."""

    @property
    def revisable(self) -> list[Decision]:
        return [one for one in self.kept.decisions.values() if (one.state, Revision.REVOCATION) in REVISIONS]


def told(learnt: list[Learnt]) -> Told:
    kept, sources = Revised(), {}
    for one in learnt:
        if one.abroad:
            word = issued(one.outcome_ids)
            kept.hear(ABROAD, word)
            sources[word.transcript_id] = one.outcome_ids
        else:
            record = certification(ITALY, one.outcome_ids)
            kept.certify(ITALY, record)
            sources[record.record_id] = one.outcome_ids
    return Told(kept, sources)


def issued(achieved: frozenset[UUID]) -> TranscriptIssued:
    named = {one.host_outcome_id for one in ABROAD.agreement.units[0].outcomes if one.home_outcome_id in achieved}
    results = tuple(
        replace(one, result=Result.ACHIEVED if one.outcome_id in named else Result.NOT_ACHIEVED)
        for one in outcome_results(ABROAD.agreement)
    )
    return transcript_issued(ABROAD.agreement, assessment_value(ABROAD.agreement, results=results))


def held(kept: Revised) -> list[frozenset[UUID]]:
    return [one.outcome_ids for one in kept.standing.in_progress.values()]


def drawn(data: st.DataObject, learnt: list[Learnt]) -> tuple[Told, Decision]:
    it = told(learnt)
    return it, data.draw(st.sampled_from(it.revisable))


@settings(max_examples=40)
@given(LEARNT, st.data())
def test_it_happens_exactly_as_it_was_previewed(learnt: list[Learnt], data: st.DataObject):
    it, decision = drawn(data, learnt)
    kept, before = it.kept, len(it.kept.said)
    preview = cascade(kept.previewed(decision))
    assert preview == cascade(kept.previewed(decision))
    bound = token(preview, kept.standing.head)
    changes = kept.revoke(decision)
    assert cascade(changes) == preview
    assert (token(preview, kept.standing.head) != bound) == bool(changes.entries)
    by_decision = {one.decision_id: one.becomes for one in preview if one.decision_id}
    assert by_decision.pop(decision.decision_id) is DecisionState.REVOKED
    assert {kept.decisions[id_].state for id_ in by_decision} <= {DecisionState.SUPERSEDED}
    revoked = [fact for fact in kept.said[before:] if isinstance(fact, CreditRevoked)]
    assert [fact.credit_id for fact in revoked] == [one.credit_id for one in preview if is_revoked(one)]


def is_revoked(one: Consequence) -> bool:
    return one.effect is Effect.CREDIT_REVOKED


@settings(max_examples=40)
@given(LEARNT, st.data())
def test_only_the_decision_itself_has_the_reason_of_the_act(learnt: list[Learnt], data: st.DataObject):
    it, decision = drawn(data, learnt)
    for fact in it.kept.revoke(decision).facts:
        if isinstance(fact, CreditRevoked):
            assert fact.reason is (
                ChangeReason.FRAUD if fact.decision_id == decision.decision_id else ChangeReason.FOLLOWS
            )
        if isinstance(fact, CreditCorrected):
            assert fact.reason is (
                ChangeReason.FRAUD if fact.corrects_decision_id == decision.decision_id else ChangeReason.FOLLOWS
            )


@settings(max_examples=40)
@given(LEARNT, st.lists(st.integers(0, 9), max_size=4))
def test_what_is_left_counts_exactly_if_it_is_all_of_the_unit(learnt: list[Learnt], turns: list[int]):
    it = told(learnt)
    for turn in turns:
        if left := it.revisable:
            decision = left[turn % len(left)]
            it.kept.revoke(decision)
            del it.sources[decision.transcript_id]
    achieved = frozenset[UUID]().union(*it.sources.values())
    assert len(it.kept.credits) == (achieved == ALL)
    assert held(it.kept) == ([achieved] if achieved and achieved != ALL else [])
    given_ = [outcome_id for one in it.kept.contributions.values() for outcome_id in one.outcome_ids]
    assert len(given_) == len(set(given_))
    points = sum((one.points or Decimal() for one in it.kept.credits.values()), Decimal())
    assert sum((entry.points or Decimal() for entry in it.kept.entries), Decimal()) == points
    assert verify(it.kept.entries) is None


@settings(max_examples=40)
@given(LEARNT, st.data())
def test_what_was_revoked_is_said_in_vain(learnt: list[Learnt], data: st.DataObject):
    it, decision = drawn(data, learnt)
    it.kept.revoke(decision)
    before, decisions = len(it.kept.said), dict(it.kept.decisions)
    if isinstance(word := it.kept.words.get(decision.transcript_id), TranscriptIssued):
        it.kept.hear(ABROAD, replace(word, version=word.version + 1))
    assert (len(it.kept.said), it.kept.decisions) == (before, decisions)


def test_a_review_of_what_was_revoked_is_closed():
    it = told([Learnt(ALL, abroad=False)])
    [decision] = it.revisable
    it.kept.revoke(decision)
    assert Review(it.kept.decisions[decision.decision_id]).stage == "closed"
    assert it.kept.standing.credits == Standing().credits
