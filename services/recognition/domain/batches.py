"""Many transcripts at once, of many learners: evaluated one after the other, each issue after the one before it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.recognition.domain.decisions import Decision, superseded
from services.recognition.domain.evaluation import Outcome, Standing, evaluate
from services.recognition.domain.known import key
from services.recognition.domain.ledger import Head
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import TranscriptIssued


@dataclass(frozen=True)
class Case:
    """A transcript with the facts on every unit that it touches."""

    transcript: TranscriptIssued
    units: Sequence[UnitFacts]

    @property
    def key(self) -> str:
        """What the next issue of the transcript waits for."""
        return key("transcript", self.transcript.transcript_id, self.transcript.version)


@dataclass(frozen=True)
class Standings:
    learners: Mapping[UUID, Standing]
    evaluated: Mapping[UUID, int]
    """The latest issue of each transcript that was evaluated."""


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
    """Issues that came before the one before them, and its key."""


def evaluate_all(standings: Standings, cases: Iterable[Case], at: datetime, new_id: Callable[[], UUID]) -> Batch:
    """An issue that was evaluated before, or is older than one that was, changes nothing."""
    batch, learners = Batch(), dict(standings.learners)
    for case in cases:
        transcript = case.transcript
        latest = batch.evaluated.get(transcript.transcript_id, standings.evaluated.get(transcript.transcript_id, 0))
        if transcript.version > latest + 1:
            previous = key("transcript", transcript.transcript_id, transcript.version - 1)
            batch.early.append((case, previous))
        elif transcript.version == latest + 1:
            standing, outcomes = evaluate(learners[transcript.learner_id], case.units, at, new_id)
            learners[transcript.learner_id] = standing
            batch.cases.append(case)
            batch.outcomes += [(case, outcome) for outcome in outcomes]
            batch.evaluated[transcript.transcript_id] = transcript.version
            if any(outcome.entry for outcome in outcomes):
                batch.heads[transcript.learner_id] = standing.head
    return batch


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
