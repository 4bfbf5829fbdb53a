"""An assessment: planned, recorded by an assessor, confirmed by an examiner (domain.md 3.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from shared.contracts.assessment import (
    AssessmentConfirmed,
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Procedure,
    Result,
)
from shared.problems import Error, Forbidden, error, invalid, refuse
from shared.transitions import following


class State(StrEnum):
    PLANNED = "planned"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"


class Command(StrEnum):
    """Named as the sub-resource that carries it."""

    RESULT = "result"
    CONFIRMATION = "confirmation"


TRANSITIONS: Mapping[tuple[State, Command], State] = {
    (State.PLANNED, Command.RESULT): State.RECORDED,
    (State.RECORDED, Command.CONFIRMATION): State.CONFIRMED,
}

AHEAD_OF_UTC = timedelta(days=1)
"""East of Greenwich the next day has begun already."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    method: Method
    planned_on: date | None
    covers: tuple[OutcomeResult, ...]
    """The outcomes to be assessed, with their weights; their result is `not_assessed`."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """How the assessment went, as its assessor wrote it down."""

    assessed_on: date
    procedure: Procedure
    attempt: int
    grade: str | None
    grade_scale: str | None


@dataclass(frozen=True, kw_only=True)
class Assessment:
    id: UUID
    version: int
    state: State
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    method: Method
    planned_on: date | None
    results: tuple[OutcomeResult, ...]
    """One for each outcome covered, sorted by outcome; all are `not_assessed` until they are recorded."""
    report: Report | None = None
    recorded_by: str | None = None
    """`sub` of the assessor's token."""
    confirmed_by: str | None = None
    """`sub` of the examiner's token."""


def plan(planned: Plan, agreement: LearningAgreement, id_: UUID) -> Assessment:
    """A planned assessment of agreed outcomes; `Validation` where it is of any other."""
    agreement.check_not_cancelled()
    refuse(_not_agreed(agreement, planned.covers))
    if planned.planned_on is not None:
        agreement.check_in_mobility(planned.planned_on, "/planned_on")
    return Assessment(
        id=id_,
        version=1,
        state=State.PLANNED,
        learning_agreement_id=agreement.id,
        learner_id=agreement.learner_id,
        home_id=agreement.home_id,
        host_id=agreement.host_id,
        method=planned.method,
        planned_on=planned.planned_on,
        results=tuple(sorted(planned.covers, key=lambda covered: covered.outcome_id)),
    )


def record(
    assessment: Assessment,
    agreement: LearningAgreement,
    report: Report,
    results: Sequence[tuple[UUID, Result]],
    by: str,
    at: datetime,
) -> Assessment:
    """The assessment with a result for each outcome that it covers, no more and no fewer."""
    state = following(TRANSITIONS, assessment.state, Command.RESULT)
    agreement.check_in_mobility(report.assessed_on, "/assessed_on")
    if report.assessed_on > (at + AHEAD_OF_UTC).date():
        raise invalid("/assessed_on", "in_future", "What has not happened yet cannot be recorded.")
    refuse(_not_covered(assessment, [outcome_id for outcome_id, _ in results]))
    found = dict(results)
    return replace(
        assessment,
        version=assessment.version + 1,
        state=state,
        results=tuple(replace(covered, result=found[covered.outcome_id]) for covered in assessment.results),
        report=report,
        recorded_by=by,
    )


def confirm(
    assessment: Assessment, agreement: LearningAgreement, by: str
) -> tuple[Assessment, list[AssessmentConfirmed]]:
    """The host stands by it: through a second person where the memorandum wants two (domain.md R4)."""
    state = following(TRANSITIONS, assessment.state, Command.CONFIRMATION)
    if agreement.wants_two_persons and by == assessment.recorded_by:
        raise Forbidden("The memorandum wants somebody other than who recorded the result to confirm it.")
    confirmed = replace(assessment, version=assessment.version + 1, state=state, confirmed_by=by)
    fact = AssessmentConfirmed(
        assessment_id=confirmed.id,
        version=confirmed.version,
        learner_id=confirmed.learner_id,
        learning_agreement_id=confirmed.learning_agreement_id,
        home_id=confirmed.home_id,
        host_id=confirmed.host_id,
        assessment=value_of(confirmed),
    )
    return confirmed, [fact]


def value_of(confirmed: Assessment) -> AssessmentValue:
    """A confirmed assessment as a transcript carries it."""
    report = confirmed.report
    if report is None or confirmed.state is not State.CONFIRMED:
        raise ValueError(f"assessment {confirmed.id} is {confirmed.state}")
    return AssessmentValue(
        assessment_id=confirmed.id,
        method=confirmed.method,
        # Only the host's own assessors get as far as recording (`LearningAgreement.check_host`).
        authority=Authority.HOST_STAFF,
        second_person=confirmed.confirmed_by != confirmed.recorded_by,
        results=confirmed.results,
        **vars(report),
    )


def _not_agreed(agreement: LearningAgreement, covers: Sequence[OutcomeResult]) -> Iterator[Error]:
    seen: set[UUID] = set()
    for index, covered in enumerate(covers):
        if HostOutcome(covered.unit_id, covered.outcome_id) not in agreement.outcomes:
            yield error(f"/outcomes/{index}", "not_agreed", "The learning agreement has no such outcome in this unit.")
        if covered.outcome_id in seen:
            yield error(f"/outcomes/{index}/outcome_id", "duplicate", "The outcome is covered already.")
        seen.add(covered.outcome_id)


def _not_covered(assessment: Assessment, given: Sequence[UUID]) -> Iterator[Error]:
    missing = {covered.outcome_id for covered in assessment.results}
    covers = frozenset(missing)
    for index, outcome_id in enumerate(given):
        if outcome_id not in covers:
            yield error(f"/results/{index}/outcome_id", "not_covered", "The assessment does not cover this outcome.")
        elif outcome_id not in missing:
            yield error(f"/results/{index}/outcome_id", "duplicate", "The outcome has a result already.")
        missing.discard(outcome_id)
    for outcome_id in sorted(missing):
        yield error("/results", "missing", f"The outcome {outcome_id} is covered and needs a result.")
