"""What a decision leads to: credit that counts, outcomes that are held, a unit on record, or work for a person."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.contributions import host_outcomes
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.ledger import Entry, EntryKind, LinkedEntry, append
from services.recognition.domain.partial import UnitInProgress, in_progress
from services.recognition.domain.record import is_complete, required_units
from services.recognition.domain.standing import ActiveCredit, Place, Standing, counting, place_of
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from services.recognition.domain.worth import part_of
from shared.contracts.facts import Fact
from shared.contracts.recognition import Mode
from shared.named_ids import id_from

NewId = Callable[[], UUID]
Followed = tuple[Standing, LinkedEntry | None, Sequence[Fact]]


def follow(standing: Standing, unit: UnitFacts, validation: Validation, decision: Decision, new_id: NewId) -> Followed:
    """The standing after it, the ledger's entry if there is one, and what is said."""
    match decision.state:
        case DecisionState.RECOGNISED:
            return _recognise(standing, unit, validation, decision, new_id)
        case DecisionState.PARTIALLY_RECOGNISED:
            return _hold(standing, unit, validation, decision, new_id)
        case DecisionState.DOCUMENTED_ONLY:
            return _document(standing, validation, decision, new_id)
        case DecisionState.REFUSED:
            return standing, None, (facts.credit_refused(decision),)
        case DecisionState.EVIDENCE_ONLY:
            return standing, None, facts.evidence_kept(unit, decision)
        case _:
            return standing, None, (facts.review_required(decision),)


def _recognise(
    standing: Standing, unit: UnitFacts, validation: Validation, decision: Decision, new_id: NewId
) -> Followed:
    """A unit in progress is complete now: what was held counts with the rest, as one and the same credit."""
    credit_id, version = _next(unit.in_progress, decision, new_id)
    points = unit.home_unit.points if unit.home_unit else None
    entry = append(standing.head, entry_on(EntryKind.CREDIT, credit_id, points, decision, new_id()))
    place = decision.qualification_id, decision.unit_id
    said = facts.credit_recognised(unit, decision, entry, version)
    counted = replace(
        _giving(standing, unit, validation),
        head=entry.head,
        credits={**standing.credits, place: ActiveCredit(credit_id, decision.transcript_id, unit.assessment_ids, said)},
        in_progress={key: value for key, value in standing.in_progress.items() if key != place},
    )
    after, completed = _complete(counted, unit, decision)
    return after, entry, (said, *completed)


def _hold(standing: Standing, unit: UnitFacts, validation: Validation, decision: Decision, new_id: NewId) -> Followed:
    """No entry: nothing counts until the unit is complete (domain.md 4.3)."""
    place: Place = decision.qualification_id, decision.unit_id
    after = _giving(standing, unit, validation)
    held = in_progress(*_next(unit.in_progress, decision, new_id), validation.held, after.parts[place])
    said = facts.credit_partially_recognised(held, validation.needed, decision)
    return replace(after, in_progress={**standing.in_progress, place: held}), None, (said,)


def _giving(standing: Standing, unit: UnitFacts, validation: Validation) -> Standing:
    """What is given now is used up for other units, and a part of this one."""
    place = place_of(unit)
    used = standing.host_outcomes.get(place, frozenset()) | host_outcomes(unit, validation.given)
    parts = {**standing.parts.get(place, {}), unit.transcript.transcript_id: part_of(unit)}
    return replace(
        standing,
        host_outcomes={**standing.host_outcomes, place: used},
        parts={**standing.parts, place: parts},
    )


def _document(standing: Standing, validation: Validation, decision: Decision, new_id: NewId) -> Followed:
    """An entry without points: on record, and in the chain (domain.md 4.9)."""
    entry = append(
        standing.head, entry_on(EntryKind.DOCUMENTED, _credit_id(decision, new_id), Decimal(0), decision, new_id())
    )
    return replace(standing, head=entry.head), entry, (facts.credit_documented(validation, decision, entry),)


def _next(held: UnitInProgress | None, decision: Decision, new_id: NewId) -> tuple[UUID, int]:
    """Id and version of the credit: of a new one, or of the one that was in progress."""
    return (held.credit_id, held.version + 1) if held else (_credit_id(decision, new_id), 1)


def _credit_id(decision: Decision, new_id: NewId) -> UUID:
    """By rule the same word of a host always gives the same credit, also when a restored database hears it again."""
    if decision.mode is not Mode.AUTOMATIC:
        return new_id()
    return id_from(decision.transcript_id, decision.state, decision.unit_id, decision.transcript_version)


def entry_on(kind: EntryKind, credit_id: UUID, points: Decimal | None, decision: Decision, entry_id: UUID) -> Entry:
    return Entry(
        entry_id=entry_id,
        learner_id=decision.learner_id,
        kind=kind,
        credit_id=credit_id,
        decision_id=decision.decision_id,
        home_id=decision.home_id,
        home_country=decision.home_country,
        qualification_id=decision.qualification_id,
        unit_id=decision.unit_id,
        points=points,
        at=decision.decided_at,
    )


def _complete(standing: Standing, unit: UnitFacts, decision: Decision) -> tuple[Standing, Sequence[Fact]]:
    """Say once when it is complete; the awarding body awards (domain.md 3.5)."""
    this, whole = decision.qualification_id, unit.qualification
    if this in standing.completed or not is_complete(whole, counting(standing, this)):
        return standing, ()
    completed = facts.qualification_completed(decision, sorted(required_units(whole)), decision.decided_at.date())
    return replace(standing, completed=standing.completed | {this}), (completed,)
