"""A learner's record kept in memory, as the store keeps it: for the laws of what is corrected and withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.recognition.domain.batches import Batch, Case, HostsWord, Standings, evaluate_all, superseding
from services.recognition.domain.changes import Changes
from services.recognition.domain.contributions import Contribution
from services.recognition.domain.decisions import SECOND_RESULT, Decision, DecisionState
from services.recognition.domain.evaluation import Outcome, evaluate, knowing
from services.recognition.domain.expiry import ended
from services.recognition.domain.gathering import gather
from services.recognition.domain.ledger import EntryKind, LinkedEntry, verify
from services.recognition.domain.resolutions import Act, Resolution, decide, without
from services.recognition.domain.settlement import settle
from services.recognition.domain.simulation import Prediction, case_of, predict, predict_settled
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import OpenDecision, Standing, with_given
from services.recognition.domain.taking_back import has_to_be_settled
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.unsettled import after_ending, overruled, said_anew
from shared import ids
from shared.contracts.assessment import AssessmentValue, Result, TranscriptIssued, TranscriptWithdrawn
from shared.contracts.facts import Fact
from shared.contracts.recognition import (
    ChangeReason,
    CreditRecognised,
    CreditRevoked,
    OutcomeStatus,
    ValidationCompleted,
    ValidationStatus,
)
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_corrected,
    transcript_issued,
)
from tests.support.evaluating import AT
from tests.support.stories import Story

GONE = {DecisionState.SUPERSEDED, DecisionState.REVOKED}


@dataclass
class Kept:
    """Of one learner."""

    standing: Standing = field(default_factory=Standing)
    words: dict[UUID, HostsWord] = field(default_factory=dict)
    """The latest on each transcript."""
    stories: dict[UUID, Story] = field(default_factory=dict)
    decisions: dict[UUID, Decision] = field(default_factory=dict)
    validations: dict[UUID, ValidationCompleted] = field(default_factory=dict)
    contributions: dict[UUID, Contribution] = field(default_factory=dict)
    credits: dict[UUID, CreditRecognised] = field(default_factory=dict)
    entries: list[LinkedEntry] = field(default_factory=list)
    said: list[Fact] = field(default_factory=list)
    at: datetime = AT

    def hear(self, told: Story, word: HostsWord) -> list[Fact]:
        """The next word on a transcript; what is said about it."""
        self.let_go()
        before, standing = len(self.said), self._standing()
        case = Case(word, [] if isinstance(word, TranscriptWithdrawn) else self._units(told, word))
        batch = evaluate_all(self._standings(word.learner_id), [case], self.at, ids.new_id)
        if batch.apart:
            self._keep_changes(self.settled(case))
        else:
            self.standing, outcomes = evaluate(standing, case.units, self.at, ids.new_id)
            self._keep_outcomes(case, outcomes)
        self.words[word.transcript_id], self.stories[word.transcript_id] = word, told
        return self.said[before:]

    def let_go(self) -> None:
        """Parts that are over by now."""
        sources, on_record = self.sources(), self.on_record()
        if places := ended(self._standing(), self.at.date()):
            unsettled = [after_ending(sources, place, on_record) for place in places]
            self._keep_changes(settle(self._standing(), sources, unsettled, ChangeReason.FOLLOWS, self.at, ids.new_id))

    def _units(self, told: Story, word: TranscriptIssued) -> list[UnitFacts]:
        return gather(told.known, word, self.at.date())

    def _standings(self, learner_id: UUID) -> Standings:
        withdrawn = frozenset(id_ for id_, one in self.words.items() if isinstance(one, TranscriptWithdrawn))
        versions = {id_: one.version for id_, one in self.words.items()}
        return Standings({learner_id: self._standing()}, versions, withdrawn)

    def settled(self, case: Case) -> Changes:
        sources = self.sources()
        unsettled = said_anew(sources, case.transcript.transcript_id, case.units, self.on_record())
        return settle(self._standing(), sources, unsettled, ChangeReason.TRANSCRIPT_CORRECTED, self.at, ids.new_id)

    def resolve(self, told: Story, resolution: Resolution) -> list[Fact]:
        """A person decides on the review of a story's one unit; what is said about it."""
        said, standing, sources = len(self.said), self._standing(), self.sources()
        [before] = [one for one in sources.decisions if one.transcript_id in self._words_of(told)]
        word = self.words[before.transcript_id]
        assert isinstance(word, TranscriptIssued)
        given = sources.given_by([before]) if resolution.may_take_back else []
        [unit] = self._units(told, word)
        act = Act("recogniser", self.at, ids.new_id())
        self.standing, outcome = decide(standing, without(knowing(unit, standing), given), resolution, act, ids.new_id)
        self._keep_outcomes(Case(word, [unit]), [replace(outcome, supersedes=before.decision_id)])
        self._note(outcome.decision)
        if given:
            sources = self.sources()
            unsettled = overruled(sources, outcome.decision, self.on_record())
            changes = settle(self._standing(), sources, [unsettled], ChangeReason.FOLLOWS, self.at, ids.new_id)
            self._keep_changes(changes)
        return self.said[said:]

    def _words_of(self, told: Story) -> set[UUID]:
        return {id_ for id_, one in self.stories.items() if one is told}

    def _note(self, decision: Decision) -> None:
        """As the store finds it when the next word comes."""
        open_ = OpenDecision(decision.decision_id, decision.state, by_person=True)
        named = decision.transcript_id, decision.unit_id
        others = {key: one for key, one in self.standing.open.items() if key != named}
        kept = {} if decision.state is DecisionState.RECOGNISED else {named: open_}
        self.standing = replace(self.standing, open={**others, **kept})

    def predicted(self, told: Story, results: Sequence[AssessmentValue]) -> Prediction:
        """What would come of a further transcript with these results."""
        standing, case = self._standing(), case_of(told.known, told.agreement, results, self.at, ids.new_id)
        if has_to_be_settled(standing, case.units):
            return predict_settled(standing, self.sources(), case, self.on_record(), self.at, ids.new_id)
        return predict(standing, case, self.at, ids.new_id)

    def on_record(self) -> dict[UUID, list[UnitFacts]]:
        """The facts on the units of what was said last."""
        issued = ((id_, word) for id_, word in self.words.items() if isinstance(word, TranscriptIssued))
        return {id_: self._units(self.stories[id_], word) for id_, word in issued}

    def sources(self) -> Sources:
        counted = {(one.qualification_id, one.unit_id): one for one in self.credits.values()}
        homes = [told.home for told in self.stories.values()]
        return Sources(
            decisions=[one for one in self.decisions.values() if one.state not in GONE],
            validated={id_: _held(self.validations[one.validation_id]) for id_, one in self.decisions.items()},
            contributions=list(self.contributions.values()),
            credits=counted,
            entries=self.entries,
            turns=self._turns(),
            transcripts={id_: one for id_, one in self.words.items() if isinstance(one, TranscriptIssued)},
            qualifications={(home.qualification_id, home.version): home for home in homes},
        )

    def _turns(self) -> dict[tuple[UUID, UUID], UUID]:
        turns: dict[tuple[UUID, UUID], UUID] = {}
        for decision in self.decisions.values():
            status = self.validations[decision.validation_id].status
            if status is not ValidationStatus.NOT_VALIDATED and SECOND_RESULT.issuperset(decision.reasons):
                turns.setdefault((decision.transcript_id, decision.unit_id), decision.decision_id)
        return turns

    def _standing(self) -> Standing:
        said = (one for one in self.words.values() if isinstance(one, TranscriptIssued))
        contents = {one.content_hash: one.transcript_id for one in said}
        given = self.contributions.values()
        return with_given(replace(self.standing, contents=contents), given, self.at.date())

    def _keep_outcomes(self, case: Case, outcomes: Sequence[Outcome]) -> None:
        batch = Batch()
        batch.add(case, self.standing, outcomes)
        decisions, earlier = superseding(outcomes)
        self._keep(decisions, earlier, [fact for one in outcomes for fact in one.facts])
        self.contributions |= {one.decision_id: one for one in batch.contributions}
        self.entries += [one.entry for one in outcomes if one.entry]

    def _keep_changes(self, changes: Changes) -> None:
        for id_ in changes.replaced:
            self.contributions.pop(id_, None)
        self.contributions |= {one.decision_id: one for one in changes.contributions}
        for id_ in changes.revoked:
            self.decisions[id_] = replace(self.decisions[id_], state=DecisionState.REVOKED)
        self._keep(changes.decisions, changes.superseded, changes.facts)
        self.entries += changes.entries
        self.standing = changes.standing

    def _keep(self, decisions: Sequence[Decision], superseded: dict[UUID, UUID], facts: Sequence[Fact]) -> None:
        for id_ in superseded:
            self.decisions[id_] = replace(self.decisions[id_], state=DecisionState.SUPERSEDED)
        self.decisions |= {one.decision_id: one for one in decisions}
        self.said += facts
        for fact in facts:
            if isinstance(fact, ValidationCompleted):
                self.validations[fact.validation_id] = fact
            elif isinstance(fact, CreditRecognised):
                self.credits[fact.credit_id] = fact
            elif isinstance(fact, CreditRevoked):
                self.credits.pop(fact.credit_id, None)


def issued(told: Story, again: TranscriptIssued | None = None, **graded: Any) -> TranscriptIssued:
    """Everything achieved; `again` after it was withdrawn."""
    named: dict[str, Any] = {"transcript_id": again.transcript_id, "version": again.version + 2} if again else {}
    return transcript_issued(told.agreement, assessment_value(told.agreement, **graded), **named)


def failed(told: Story, wrong: TranscriptIssued) -> TranscriptIssued:
    """Corrected: nothing was achieved."""
    nothing = assessment_value(told.agreement, results=outcome_results(told.agreement, Result.NOT_ACHIEVED))
    return transcript_corrected(told.agreement, wrong, nothing)


def kinds(kept: Kept) -> list[EntryKind]:
    assert verify(kept.entries) is None
    return [entry.kind for entry in kept.entries]


def standing_states(kept: Kept) -> list[DecisionState]:
    return [one.state for one in kept.sources().decisions]


def _held(validation: ValidationCompleted) -> frozenset[UUID]:
    return frozenset(one.outcome_id for one in validation.outcomes if one.status is OutcomeStatus.VALIDATED)
