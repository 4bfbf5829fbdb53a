"""Many transcripts at once, of many learners: evaluated one after the other, each issue after the one before it.

What a country only documented is decided anew in the same way, when its policy changes (domain.md 4.9).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.recognition.domain.contributions import Contribution, contribution
from services.recognition.domain.decisions import Decision, DecisionState, superseded
from services.recognition.domain.evaluation import Outcome, evaluate
from services.recognition.domain.known import key
from services.recognition.domain.ledger import Head
from services.recognition.domain.standing import Standing
from services.recognition.domain.taking_back import has_to_be_settled
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import is_given
from services.recognition.domain.worth import part_of
from shared.contracts.assessment import TranscriptCorrected, TranscriptIssued, TranscriptWithdrawn
from shared.contracts.recognition import CreditPartiallyRecognised, CreditRecognised, ValidationCompleted

HostsWord = TranscriptIssued | TranscriptWithdrawn
"""On one transcript: issued, corrected or withdrawn, as the next version each time."""
GIVING = frozenset({DecisionState.RECOGNISED, DecisionState.PARTIALLY_RECOGNISED})


@dataclass(frozen=True)
class Case:
    """A transcript with the facts on every unit that it touches; none if it was withdrawn."""

    transcript: HostsWord
    units: Sequence[UnitFacts]

    @property
    def key(self) -> str:
        """What the next issue of the transcript waits for."""
        return key("transcript", self.transcript.transcript_id, self.transcript.version)


@dataclass(frozen=True)
class Standings:
    learners: Mapping[UUID, Standing]
    evaluated: Mapping[UUID, int]
    """The latest word on each transcript that was evaluated."""
    withdrawn: frozenset[UUID] = frozenset()
    """Transcripts of which that is a withdrawal."""
    overdue: frozenset[UUID] = frozenset()
    """Credits that are to expire first: their time is over, and nobody has said so."""


@dataclass
class Batch:
    """What some transcripts changed, to be stored and said in one go."""

    cases: list[Case] = field(default_factory=list)
    """Those that were evaluated, all others having said nothing new."""
    outcomes: list[tuple[Case, Outcome]] = field(default_factory=list)
    heads: dict[UUID, Head] = field(default_factory=dict)
    """The ends of the chains that grew."""
    evaluated: dict[UUID, int] = field(default_factory=dict)
    early: list[tuple[Case, str]] = field(default_factory=list)
    """Words that came before the one before them, and its key."""
    apart: list[Case] = field(default_factory=list)
    """Those that may take something back: each is settled by itself."""

    @property
    def contributions(self) -> list[Contribution]:
        """What each decision gave to its unit."""
        return [_contribution(case, outcome) for case, outcome in self.outcomes if outcome.decision.state in GIVING]

    @property
    def in_progress(self) -> Mapping[UUID, CreditPartiallyRecognised | None]:
        """By credit, how units in progress end up: None for those that count now."""
        ended: dict[UUID, CreditPartiallyRecognised | None] = {}
        for _, outcome in self.outcomes:
            for fact in outcome.facts:
                if isinstance(fact, CreditPartiallyRecognised):
                    ended[fact.credit_id] = fact
                elif isinstance(fact, CreditRecognised) and fact.version > 1:
                    ended[fact.credit_id] = None
        return ended

    def add(self, case: Case, standing: Standing, outcomes: Sequence[Outcome]) -> None:
        """What came of a case, and where its learner stands now."""
        self.cases.append(case)
        self.outcomes += [(case, outcome) for outcome in outcomes]
        if any(outcome.entry for outcome in outcomes):
            self.heads[case.transcript.learner_id] = standing.head


def evaluate_all(standings: Standings, cases: Iterable[Case], at: datetime, new_id: Callable[[], UUID]) -> Batch:
    """An issue that was evaluated before, or is older than one that was, changes nothing."""
    batch, learners = Batch(), dict(standings.learners)
    for case in cases:
        transcript = case.transcript
        latest = batch.evaluated.get(transcript.transcript_id, standings.evaluated.get(transcript.transcript_id, 0))
        if transcript.version > latest + 1:
            previous = key("transcript", transcript.transcript_id, transcript.version - 1)
            batch.early.append((case, previous))
        elif transcript.version == latest + 1 and _may_take_back(standings, learners, case):
            batch.apart.append(case)
        elif transcript.version == latest + 1:
            standing, outcomes = evaluate(learners[transcript.learner_id], case.units, at, new_id)
            learners[transcript.learner_id] = standing
            batch.add(case, standing, outcomes)
            batch.evaluated[transcript.transcript_id] = transcript.version
    return batch


def _may_take_back(standings: Standings, learners: Mapping[UUID, Standing], case: Case) -> bool:
    transcript = case.transcript
    return (
        isinstance(transcript, TranscriptCorrected | TranscriptWithdrawn)
        or transcript.transcript_id in standings.withdrawn
        or has_to_be_settled(learners[transcript.learner_id], case.units)
    )


def _contribution(case: Case, outcome: Outcome) -> Contribution:
    decision = outcome.decision
    unit = next(one for one in case.units if one.agreed.unit_id == decision.unit_id)
    [outcomes] = [fact.outcomes for fact in outcome.facts if isinstance(fact, ValidationCompleted)]
    return contribution(unit, decision, {one.outcome_id for one in outcomes if is_given(one)}, part_of(unit))


def reconsider_all(standings: Standings, cases: Iterable[Case], at: datetime, new_id: Callable[[], UUID]) -> Batch:
    """Cases of units that were documented; one of which something else has become meanwhile changes nothing."""
    batch, learners = Batch(), dict(standings.learners)
    for case in cases:
        learner_id, transcript_id = case.transcript.learner_id, case.transcript.transcript_id
        standing = learners[learner_id]
        units = [unit for unit in case.units if _is_documented(standing, transcript_id, unit.agreed.unit_id)]
        learners[learner_id], outcomes = evaluate(standing, units, at, new_id)
        batch.add(case, learners[learner_id], outcomes)
    return batch


def _is_documented(standing: Standing, transcript_id: UUID, unit_id: UUID) -> bool:
    earlier = standing.open.get((transcript_id, unit_id))
    return earlier is not None and earlier.state is DecisionState.DOCUMENTED_ONLY


def superseding(outcomes: Sequence[Outcome]) -> tuple[list[Decision], dict[UUID, UUID]]:
    """The decisions as they end up, and which earlier reviews give way to which of them.

    A review may be opened and superseded within one batch: it is history all the same.
    """
    later = {outcome.supersedes: outcome.decision.decision_id for outcome in outcomes if outcome.supersedes}
    decisions = [
        superseded(outcome.decision, later.pop(outcome.decision.decision_id))
        if outcome.decision.decision_id in later
        else outcome.decision
        for outcome in outcomes
    ]
    return decisions, later
