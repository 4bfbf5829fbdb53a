"""Whether an issue may take back or change what stands: then it is settled by itself, the others many at once."""

from collections.abc import Iterable
from dataclasses import replace

from services.recognition.domain.accumulation import wants_best_grade
from services.recognition.domain.coverage import counts_failures
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.means import has_mean
from services.recognition.domain.standing import OpenDecision, Standing, place_of
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import validate
from services.recognition.domain.worth import part_of


def has_to_be_settled(standing: Standing, units: Iterable[UnitFacts]) -> bool:
    """Whether an issue may take back what stands.

    A better grade does, new results where a person decided, and others than those by which something counts or is held,
    also if they only give it another day or grade; more of what is on record in part; and one mark more where a mean is
    passed.
    """
    may_take_back = may_displace, _is_for_a_person, _says_otherwise, _says_more, _may_reopen
    return any(one(standing, unit) for unit in units for one in may_take_back)


def may_displace(standing: Standing, unit: UnitFacts) -> bool:
    """By a better grade."""
    counted = standing.credits.get(place_of(unit))
    by_another = counted is not None and counted.transcript_id != unit.transcript.transcript_id
    return by_another and wants_best_grade(unit)


def _says_otherwise(standing: Standing, unit: UnitFacts) -> bool:
    """Issues add up: one result more may change the grade of what counts, and take back what else was achieved."""
    counted = standing.credits.get(place_of(unit))
    if counted and counted.transcript_id == unit.transcript.transcript_id:
        return counted.assessment_ids not in {None, unit.assessment_ids}
    earlier = standing.open.get((unit.transcript.transcript_id, unit.agreed.unit_id))
    return earlier is not None and (counts_failures(unit.coverage) or _is_another_part(standing, unit, earlier))


def _is_another_part(standing: Standing, unit: UnitFacts, earlier: OpenDecision) -> bool:
    """Nothing more is given, but on another day or with another grade: so the whole has another, too."""
    place = place_of(unit)
    part = standing.parts.get(place, {}).get(unit.transcript.transcript_id)
    if earlier.state is not DecisionState.PARTIALLY_RECOGNISED or part in {None, part_of(unit)}:
        return False
    return place in standing.credits or not validate(replace(unit, in_progress=standing.in_progress.get(place))).given


def _says_more(standing: Standing, unit: UnitFacts) -> bool:
    """Of what was documented in part, whose entry says what was achieved."""
    earlier = standing.open.get((unit.transcript.transcript_id, unit.agreed.unit_id))
    return earlier is not None and earlier.state is DecisionState.DOCUMENTED_ONLY and earlier.lacks_outcomes


def _may_reopen(standing: Standing, unit: UnitFacts) -> bool:
    """With one mark more the mean of what was said to be complete may not be passed any more."""
    complete = unit.qualification.qualification_id in standing.completed
    return complete and has_mean(unit.qualification) and place_of(unit) not in standing.credits


def _is_for_a_person(standing: Standing, unit: UnitFacts) -> bool:
    named = unit.transcript.transcript_id, unit.agreed.unit_id
    if named in standing.revoked:
        return True
    earlier = standing.open.get(named)
    return earlier is not None and (
        earlier.by_person or earlier.state in {DecisionState.REFUSED, DecisionState.APPEALED}
    )
