"""What was decided with an error counts otherwise from now on: a new entry in the place of the one reversed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.recognition.domain.by_person import Correction
from services.recognition.domain.changes import Changes
from services.recognition.domain.consequences import NewId
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.partial import needed
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources, unit_in
from services.recognition.domain.standing import Standing
from services.recognition.domain.turns import Source
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.unsettled import UnitsByTranscript, Unsettled
from shared.contracts.catalogue import Unit
from shared.contracts.recognition import ChangeReason, CreditRecognised
from shared.problems import Conflict, Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How it is to count; what is None stays as it is."""

    outcome_ids: tuple[UUID, ...] | None = None
    """Of the home unit, those that the results are worth."""
    grade: str | None = None
    """At home."""
    grade_scale: str | None = None
    valid_until: date | None = None


def correct(
    standing: Standing,
    sources: Sources,
    decision: Decision,
    on_record: UnitsByTranscript,
    correction: Correction,
    new_id: NewId,
) -> Changes:
    """Everything that follows, the new decision among it; a unit that is complete no more is held as far as it goes."""
    place = decision.qualification_id, decision.unit_id
    told = replace(sources, corrections=[*sources.corrections, correction])
    unit = unit_in(on_record.get(decision.transcript_id, ()), decision.unit_id)
    source = replace(told.source(decision.transcript_id, place, unit), ruled=True)
    others = told.sources_at(place, on_record, without=decision.transcript_id)
    unsettled = Unsettled(place, [*others, source], decision.transcript_id)
    changes = settle(
        standing, told, [unsettled], ChangeReason.ERROR, correction.at, new_id, because_of=decision.decision_id
    )
    if correction_in(changes, decision).state not in {DecisionState.RECOGNISED, DecisionState.PARTIALLY_RECOGNISED}:
        raise Conflict("All of that is held already, by other results: revoke this decision instead.")
    return changes


def correction_in(changes: Changes, decision: Decision) -> Decision:
    """The decision that takes the place of this one."""
    by = changes.superseded[decision.decision_id]
    return next(one for one in changes.decisions if one.decision_id == by)


def correction_of(
    sources: Sources,
    decision: Decision,
    on_record: UnitsByTranscript,
    wanted: Wanted,
    legal_basis: str,
    by: str,
    at: datetime,
) -> Correction:
    """What is kept of it; `Validation` for what makes no sense, `Conflict` where there is nothing to correct."""
    place = decision.qualification_id, decision.unit_id
    unit = unit_in(on_record.get(decision.transcript_id, ()), decision.unit_id)
    source = sources.source(decision.transcript_id, place, unit)
    credit = sources.credit_at(place, decision.transcript_id)
    if source.unit is None or source.unit.home_unit is None:
        raise Conflict("What was decided on is not on record any more: have the host issue the transcript anew.")
    if decision.state is DecisionState.RECOGNISED and (
        credit is None or credit.transcript_id != decision.transcript_id
    ):
        raise Conflict("The unit counts by something else meanwhile.")
    refuse([*_wrong(wanted, decision, source.gave, source.unit, source.unit.home_unit, credit)])
    before = source.unit.correction
    return Correction(
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        transcript_id=decision.transcript_id,
        unit_id=decision.unit_id,
        results_hash=source.unit.results_hash,
        outcome_ids=wanted.outcome_ids or _outcomes(source),
        grade=wanted.grade or (before.grade if before else None),
        grade_scale=wanted.grade_scale or (before.grade_scale if before else None),
        valid_until=wanted.valid_until or (before.valid_until if before else None),
        legal_basis=legal_basis,
        by=by,
        at=at,
    )


def _outcomes(source: Source) -> tuple[UUID, ...] | None:
    """What a person validated against the rules stays so; of what the rules did, they go on saying what it is."""
    if source.is_fixed:
        return tuple(sorted(source.validated))
    return source.unit.correction.outcome_ids if source.unit and source.unit.correction else None


def _wrong(
    wanted: Wanted,
    decision: Decision,
    gave: frozenset[UUID],
    facts: UnitFacts,
    unit: Unit,
    credit: CreditRecognised | None,
) -> Iterator[Error]:
    counts = decision.state is DecisionState.RECOGNISED
    about_credit = any((wanted.grade, wanted.grade_scale, wanted.valid_until))
    if wanted.outcome_ids is None:
        if not counts:
            yield error("/outcome_ids", "missing", "Nothing counts yet: only which outcomes are held can be wrong.")
        elif credit and _is_as_before(wanted, credit):
            yield error("", "nothing-new", "It counts like that already.")
    else:
        yield from _wrong_outcomes(wanted.outcome_ids, gave, unit, counts=counts)
        if about_credit:
            yield error("/outcome_ids", "superfluous", "Correct the outcomes, or what the unit counts for: not both.")
    last_day = credit.assessed_on if credit else facts.last_day
    if wanted.valid_until and wanted.valid_until < last_day:
        yield error("/valid_until", "too-early", f"The last assessment was on {last_day}.")


def _wrong_outcomes(named: tuple[UUID, ...], gave: frozenset[UUID], unit: Unit, *, counts: bool) -> Iterator[Error]:
    outcomes = {outcome.outcome_id for outcome in unit.outcomes}
    for place, outcome_id in enumerate(named):
        if outcome_id not in outcomes:
            yield error(f"/outcome_ids/{place}", "unknown", "The home unit has no such outcome.")
    if gave == set(named) or (counts and needed(unit, set(named)).nothing):
        yield error("/outcome_ids", "nothing-new", "That is what was decided.")


def _is_as_before(wanted: Wanted, credit: CreditRecognised) -> bool:
    at_home = credit.conversion
    grade = (at_home.grade, at_home.grade_scale) if at_home else (None, None)
    same_grade = wanted.grade is None or (wanted.grade, wanted.grade_scale) == grade
    return same_grade and wanted.valid_until in {None, credit.valid_until}
