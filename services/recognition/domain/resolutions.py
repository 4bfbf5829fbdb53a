"""A person decides where no rule could, or otherwise than a rule or a colleague did (domain.md 3.5).

What follows is what follows where a rule decides. What the rules say stays in the decision, so that everybody sees what
the person has overridden.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.consequences import NewId, follow
from services.recognition.domain.contributions import Contribution
from services.recognition.domain.decisions import (
    Decision,
    DecisionState,
    Judgement,
    decision_on,
    judge,
    last_day_for_appeal,
)
from services.recognition.domain.evaluation import Outcome
from services.recognition.domain.partial import Needed, needed
from services.recognition.domain.reviews import Command, Review, check_is_theirs, check_not_appealed, moved
from services.recognition.domain.standing import Standing
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.catalogue import Unit
from shared.contracts.recognition import Mode, OutcomeStatus, ReasonCode, ValidatedOutcome, ValidationStatus
from shared.problems import Conflict, Error, error, refuse


class Verdict(StrEnum):
    RECOGNISED = "recognised"
    PARTIALLY_RECOGNISED = "partially_recognised"
    DOCUMENTED_ONLY = "documented_only"
    REFUSED = "refused"


COUNTING = frozenset({Verdict.RECOGNISED, Verdict.PARTIALLY_RECOGNISED})


@dataclass(frozen=True)
class Resolution:
    verdict: Verdict
    outcome_ids: tuple[UUID, ...] = ()
    """Of the home unit: which are recognised, where not all are."""
    legal_basis: str | None = None
    """A reference to law or regulation; a refusal has one."""

    @property
    def may_take_back(self) -> bool:
        """It takes the place of what a rule has given by the same results; with all of the unit, that is part of it."""
        return self.verdict is not Verdict.RECOGNISED


@dataclass(frozen=True)
class Act:
    """Who decides and when, and the decision that it makes."""

    by: str
    at: datetime
    decision_id: UUID


def resolve(review: Review, act: Act, appealed_deciders: AbstractSet[str]) -> Review:
    """Another decision takes the place of the review.

    `Forbidden` for a person whose earlier decision on the unit was appealed against.
    """
    resolved = moved(review, Command.RESOLUTION, state=DecisionState.SUPERSEDED, superseded_by=act.decision_id)
    check_is_theirs(review, act.by)
    check_not_appealed(act.by, appealed_deciders)
    return resolved


def decide(
    standing: Standing, unit: UnitFacts, resolution: Resolution, act: Act, new_id: NewId, *, final: bool = False
) -> tuple[Standing, Outcome]:
    """`unit` knows what counts of it and what is held; what is `final` cannot be appealed against."""
    home_unit = _check_possible(unit, resolution)
    judgement = judge(unit)
    validation = _validated_by(resolution, home_unit, judgement.validation, unit)
    decision = _decision(unit, judgement, resolution, act, new_id())
    if not final:
        decision = replace(decision, appeal_until=last_day_for_appeal(decision.state, unit.policy, act.at))
    after, entry, said = follow(standing, unit, validation, decision, new_id)
    validated = facts.validation_completed(decision, validation)
    return after, Outcome(decision, None, entry, (validated, *said))


def without(unit: UnitFacts, given: Iterable[Contribution]) -> UnitFacts:
    """As if these outcomes were not held."""
    taken = {outcome_id for one in given for outcome_id in one.outcome_ids}
    held = unit.in_progress
    return replace(unit, in_progress=replace(held, outcome_ids=held.outcome_ids - taken)) if held and taken else unit


def _decision(unit: UnitFacts, judgement: Judgement, resolution: Resolution, act: Act, validation_id: UUID) -> Decision:
    judged = decision_on(unit, judgement, decision_id=act.decision_id, validation_id=validation_id, at=act.at)
    return replace(
        judged,
        state=DecisionState(resolution.verdict),
        mode=Mode.MANUAL,
        decided_by=act.by,
        legal_basis=resolution.legal_basis,
    )


def _check_possible(unit: UnitFacts, resolution: Resolution) -> Unit:
    """The home unit; `Validation` for what the resolution lacks, `Conflict` for what contradicts what is there."""
    if unit.home_unit is None:
        raise Conflict("The home qualification has no such unit in the agreed version: there is nothing to recognise.")
    if unit.policy is None:
        raise Conflict(
            f"No policy of the home country was in force on {unit.last_day}: until one is published for that day"
            " nobody can decide, nor say until when one can appeal."
        )
    refuse([*_wrong(unit.home_unit, resolution, _held(unit))])
    if resolution.verdict in COUNTING:
        _check_counts_once(unit)
    return unit.home_unit


def _check_counts_once(unit: UnitFacts) -> None:
    """domain.md R10, which no person overrides."""
    if unit.active_credit_id:
        raise Conflict(f"The unit counts already, by credit {unit.active_credit_id}: nothing counts twice.")
    mapped = {pair.host_outcome_id for pair in unit.agreed.outcomes}
    if not mapped.isdisjoint(unit.host_outcomes_counted_elsewhere):
        raise Conflict("By an outcome of the host another unit of the qualification counts: nothing counts twice.")


def _wrong(unit: Unit, resolution: Resolution, held: AbstractSet[UUID]) -> Iterator[Error]:
    named, partial = set(resolution.outcome_ids), resolution.verdict is Verdict.PARTIALLY_RECOGNISED
    if resolution.verdict is Verdict.REFUSED and not resolution.legal_basis:
        yield error("/legal_basis", "missing", "Say which law or regulation the refusal rests on.")
    if not partial and named:
        yield error("/outcome_ids", "superfluous", "Only where a part of the unit is recognised, say which.")
    for place, outcome_id in enumerate(resolution.outcome_ids):
        if outcome_id not in {outcome.outcome_id for outcome in unit.outcomes}:
            yield error(f"/outcome_ids/{place}", "unknown", "The home unit has no such outcome.")
    if partial and named <= held:
        yield error(
            "/outcome_ids", "nothing-new", "Say which outcomes are recognised beyond those held by other results."
        )
    if partial and needed(unit, named | held).nothing:
        yield error("/outcome_ids", "complete", "That is all that the unit takes: decide `recognised`.")


def _held(unit: UnitFacts) -> frozenset[UUID]:
    return unit.in_progress.outcome_ids if unit.in_progress else frozenset()


def _validated_by(resolution: Resolution, home_unit: Unit, judged: Validation, unit: UnitFacts) -> Validation:
    """What the person takes for validated; each outcome keeps the reason that the rules had against it."""
    match resolution.verdict:
        case Verdict.RECOGNISED:
            held = judged.held | {outcome.outcome_id for outcome in home_unit.outcomes if outcome.required}
            status, missing = ValidationStatus.VALIDATED, Needed((), 0)
        case Verdict.PARTIALLY_RECOGNISED:
            held = _held(unit) | set(resolution.outcome_ids)
            status, missing = ValidationStatus.PARTIALLY_VALIDATED, needed(home_unit, held)
        case _:
            return judged
    return replace(judged, status=status, outcomes=_by_hand(judged, held), needed=missing)


def _by_hand(judged: Validation, validated: AbstractSet[UUID]) -> tuple[ValidatedOutcome, ...]:
    return tuple(
        replace(one, status=OutcomeStatus.VALIDATED)
        if one.outcome_id in validated
        else replace(one, status=OutcomeStatus.NOT_VALIDATED, reason=ReasonCode.LO_MISSING)
        for one in judged.outcomes
    )
