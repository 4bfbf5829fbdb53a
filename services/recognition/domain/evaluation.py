"""A transcript comes in: what changes for its learner (domain.md 3.4, 3.5, 4.3, 4.9).

A unit that counts by the very same results stays as it is; one under review is decided anew, and the open review is
superseded; one in progress grows with what is new; one not yet decided is decided. Whatever takes something back is
`settlement`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.consequences import NewId, follow
from services.recognition.domain.decisions import Decision, DecisionState, Judgement, decision_on, handed_on, judge
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.partial import Parts
from services.recognition.domain.standing import OpenDecision, Standing, counted_elsewhere, open_decision, place_of
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.facts import Fact
from shared.contracts.recognition import ReasonCode

COUNTRY_SAYS_NO = {ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY, ReasonCode.COUNTRY_POLICY_MISSING}


@dataclass(frozen=True)
class Outcome:
    """What changed for one unit, to be stored and said."""

    decision: Decision
    supersedes: UUID | None
    """The open decision that this one takes the place of."""
    entry: LinkedEntry | None
    facts: tuple[Fact, ...]


def evaluate(
    standing: Standing, units: Sequence[UnitFacts], at: datetime, new_id: NewId
) -> tuple[Standing, list[Outcome]]:
    """Decide on the units of one transcript; the learner's next one meets the standing returned."""
    outcomes = []
    for unit in units:
        counted = standing.credits.get(place_of(unit))
        if counted and counted.transcript_id == unit.transcript.transcript_id:
            continue
        asked = knowing(unit, standing)
        judgement = judge(asked)
        earlier = standing.open.get((unit.transcript.transcript_id, unit.agreed.unit_id))
        if earlier is None or not _stays(earlier, asked, judgement):
            standing, outcome = _decide(standing, asked, judgement, at, new_id)
            outcomes.append(outcome)
    return standing, outcomes


def knowing(unit: UnitFacts, standing: Standing) -> UnitFacts:
    """The facts on the unit with what the learner has already, where there is anything."""
    place, content = place_of(unit), unit.transcript.content_hash
    counted, held = standing.credits.get(place), standing.in_progress.get(place)
    copied = standing.contents.get(content, unit.transcript.transcript_id)
    copy_of = None if copied == unit.transcript.transcript_id else copied
    elsewhere = counted_elsewhere(standing.host_outcomes, place)
    revoked = standing.revoked.get((unit.transcript.transcript_id, unit.agreed.unit_id))
    if not (counted or held or copy_of or elsewhere or revoked):
        return unit
    return replace(
        unit,
        active_credit_id=counted.credit_id if counted else None,
        in_progress=held,
        parts_before=_given_by_others(unit, standing) if held else {},
        copy_of=copy_of,
        host_outcomes_counted_elsewhere=elsewhere,
        revoked_decision_id=revoked,
    )


def _given_by_others(unit: UnitFacts, standing: Standing) -> Parts:
    given = standing.parts.get(place_of(unit), {})
    return {id_: part for id_, part in given.items() if id_ != unit.transcript.transcript_id}


def _stays(earlier: OpenDecision, unit: UnitFacts, judgement: Judgement) -> bool:
    """Whether there is nothing new: a review is always looked at again."""
    if earlier.state is DecisionState.DOCUMENTED_ONLY:
        return not COUNTRY_SAYS_NO.isdisjoint(judgement.reasons)
    if earlier.state is DecisionState.PARTIALLY_RECOGNISED:
        held = unit.in_progress.outcome_ids if unit.in_progress else frozenset()
        return unit.active_credit_id is not None or judgement.validation.held <= held
    return earlier.state is judgement.state is DecisionState.EVIDENCE_ONLY


def _decide(
    standing: Standing, unit: UnitFacts, judgement: Judgement, at: datetime, new_id: NewId
) -> tuple[Standing, Outcome]:
    decision = decision_on(unit, judgement, decision_id=new_id(), validation_id=new_id(), at=at)
    if earlier := standing.open.get((decision.transcript_id, decision.unit_id)):
        decision = handed_on(decision, earlier.assigned_to)
    after, entry, said = follow(_noted(standing, decision), unit, judgement.validation, decision, new_id)
    validated = facts.validation_completed(decision, judgement.validation)
    return after, Outcome(decision, earlier.decision_id if earlier else None, entry, (validated, *said))


def _noted(standing: Standing, decision: Decision) -> Standing:
    place = decision.transcript_id, decision.unit_id
    open_ = {key: value for key, value in standing.open.items() if key != place}
    if decision.state is not DecisionState.RECOGNISED:
        open_[place] = open_decision(decision)
    return replace(standing, open=open_)
