"""A transcript comes in: what changes for its learner (domain.md 3.4, 3.5).

A unit that this transcript has earned already stays as it is; one under review is decided anew, and the open review is
superseded; one not yet decided is decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.decisions import Decision, decision_on, judge
from services.recognition.domain.ledger import Entry, EntryKind, Head, LinkedEntry, append
from services.recognition.domain.record import required_units
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.facts import Fact
from shared.contracts.recognition import CreditRecognised

NewId = Callable[[], UUID]


@dataclass(frozen=True)
class ActiveCredit:
    credit_id: UUID
    transcript_id: UUID
    """The transcript that earned it."""


@dataclass(frozen=True)
class Standing:
    """Where a learner stands when a transcript comes in."""

    head: Head = field(default_factory=Head)
    credits: Mapping[tuple[UUID, UUID], ActiveCredit] = field(default_factory=dict)
    """What counts, by qualification and unit."""
    reviews: Mapping[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    """Open decisions, by transcript and unit."""
    completed: frozenset[UUID] = frozenset()
    """Qualifications that were said to be complete."""


@dataclass(frozen=True)
class Outcome:
    """What changed for one unit, to be stored and said."""

    decision: Decision
    supersedes: UUID | None
    """The open review that this decision takes the place of."""
    entry: LinkedEntry | None
    facts: tuple[Fact, ...]


def evaluate(
    standing: Standing, units: Sequence[UnitFacts], at: datetime, new_id: NewId
) -> tuple[Standing, list[Outcome]]:
    """Decide on the units of one transcript; the learner's next one meets the standing returned."""
    outcomes = []
    for unit in units:
        counted = standing.credits.get((unit.agreement.qualification_id, unit.agreed.unit_id))
        if counted and counted.transcript_id == unit.transcript.transcript_id:
            continue
        asked = replace(unit, active_credit_id=counted.credit_id) if counted else unit
        standing, outcome = _decide(standing, asked, at, new_id)
        outcomes.append(outcome)
    return standing, outcomes


def _decide(standing: Standing, unit: UnitFacts, at: datetime, new_id: NewId) -> tuple[Standing, Outcome]:
    judgement = judge(unit)
    decision = decision_on(unit, judgement, decision_id=new_id(), validation_id=new_id(), at=at)
    validated = facts.validation_completed(decision, judgement.validation)
    review = (decision.transcript_id, decision.unit_id)
    supersedes = standing.reviews.get(review)
    if judgement.reasons or unit.policy is None:  # R11 never passes without a policy
        reviews = {**standing.reviews, review: decision.decision_id}
        said = (validated, facts.review_required(decision))
        return replace(standing, reviews=reviews), Outcome(decision, supersedes, None, said)
    reviews = {key: value for key, value in standing.reviews.items() if key != review}
    entry = append(standing.head, _entry(unit, decision, new_id))
    credit = facts.credit_recognised(unit, unit.policy, decision, entry)
    counted = replace(standing, head=entry.head, reviews=reviews, credits=_with(standing, credit))
    after, completed = _complete(counted, unit, decision)
    return after, Outcome(decision, supersedes, entry, (validated, credit, *completed))


def _entry(unit: UnitFacts, decision: Decision, new_id: NewId) -> Entry:
    return Entry(
        entry_id=new_id(),
        learner_id=decision.learner_id,
        kind=EntryKind.CREDIT,
        credit_id=new_id(),
        decision_id=decision.decision_id,
        home_id=decision.home_id,
        home_country=decision.home_country,
        qualification_id=decision.qualification_id,
        unit_id=decision.unit_id,
        points=unit.home_unit.points if unit.home_unit else None,
        at=decision.decided_at,
    )


def _with(standing: Standing, credit: CreditRecognised) -> Mapping[tuple[UUID, UUID], ActiveCredit]:
    new = ActiveCredit(credit.credit_id, credit.transcript_id)
    return {**standing.credits, (credit.qualification_id, credit.unit_id): new}


def _complete(standing: Standing, unit: UnitFacts, decision: Decision) -> tuple[Standing, Sequence[Fact]]:
    """Say once when every compulsory unit counts; the awarding body awards (domain.md 3.5)."""
    this, required = decision.qualification_id, set(required_units(unit.qualification))
    counted = {unit_id for qualification_id, unit_id in standing.credits if qualification_id == this}
    if not required or not required <= counted or this in standing.completed:
        return standing, ()
    completed = facts.qualification_completed(decision, sorted(required))
    return replace(standing, completed=standing.completed | {this}), (completed,)
