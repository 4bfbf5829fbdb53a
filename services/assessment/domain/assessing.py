"""From the day of the assessment to the host's confirmation (domain.md 3.3)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.assessment.domain.assessments import Assessment, Command, Step, moved
from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.reports import AHEAD_OF_UTC, Report, faults, strongest
from services.assessment.domain.values import value_of
from shared.contracts.assessment import AssessmentConfirmed, OutcomeResult, Result
from shared.problems import Error, Forbidden, Validation, error, invalid, refuse

Found = Sequence[tuple[UUID, Result]]
"""A result for each outcome."""
Written = tuple[Report, tuple[OutcomeResult, ...]]
"""What is kept of a report and its results."""


@dataclass(frozen=True)
class Actor:
    sub: str
    institution: UUID | None


def conduct(assessment: Assessment, agreement: LearningAgreement, held_on: date, at: datetime) -> Assessment:
    """It has taken place; what came of it is recorded later."""
    conducted = moved(assessment, Command.CONDUCT, held_on=held_on)
    _check_held(assessment, agreement, held_on, at)
    return conducted


def miss(
    assessment: Assessment, agreement: LearningAgreement, held_on: date, at: datetime, *, excused: bool
) -> Assessment:
    """The learner stayed away."""
    missed = moved(assessment, Command.ABSENCE, held_on=held_on, excused=excused)
    _check_held(assessment, agreement, held_on, at)
    return missed


def record(
    assessment: Assessment, agreement: LearningAgreement, report: Report, found: Found, by: Actor, at: datetime
) -> Assessment:
    """The assessment with a result for each outcome that it covers, no more and no fewer."""
    recorded = moved(assessment, Command.RESULT, recorded_by=by.sub)
    return rewritten(recorded, written_down(assessment, agreement, report, found, at), agreement, by.institution)


def written_down(
    assessment: Assessment, agreement: LearningAgreement, report: Report, found: Found, at: datetime
) -> Written:
    """Report and results as they are kept; `Validation` with everything that is wrong with them."""
    agreement.check_in_mobility(report.assessed_on, "/assessed_on", or_until=assessment.record_until)
    if report.attempt is not None and report.attempt < assessment.attempt:
        raise invalid("/attempt", "attempt", f"This is attempt {assessment.attempt}.")
    refuse(
        [
            *faults(report, agreement, assessment.results, assessment.assessing_id, at),
            *_not_covered(assessment, [outcome_id for outcome_id, _ in found]),
        ]
    )
    results: Mapping[UUID, Result] = dict(found)
    return (
        replace(report, attempt=report.attempt or assessment.attempt),
        tuple(replace(covered, result=results[covered.outcome_id]) for covered in assessment.results),
    )


def rewritten(
    recorded: Assessment, written: Written, agreement: LearningAgreement, institution: UUID | None
) -> Assessment:
    """With another report, and the authority of whom it names, else that of the institution which records it."""
    report, results = written
    own = agreement.authority_of(institution, recorded.assessing_id)
    authority = strongest(report.assessors) if report.assessors else own
    attempt = report.attempt or recorded.attempt
    return replace(recorded, report=report, results=results, attempt=attempt, authority=authority)


def placed(problem: Validation, place: Callable[[str], str]) -> Validation:
    """The same errors where report and results stand elsewhere in what was sent; `place` moves a pointer."""
    return Validation({**one, "pointer": place(one["pointer"])} for one in problem.members["errors"])


def moderate(assessment: Assessment, step: Step) -> Assessment:
    """Somebody else has looked over it before it is confirmed."""
    moderated = moved(assessment, Command.MODERATION, moderation=step)
    if step.by == assessment.recorded_by:
        raise Forbidden("Somebody other than who recorded the result moderates it.")
    return moderated


def confirm(
    assessment: Assessment, agreement: LearningAgreement, by: str, contest_days: int, at: datetime
) -> tuple[Assessment, list[AssessmentConfirmed]]:
    """The host stands by it: through a second person where the memorandum wants two (domain.md R4)."""
    until = at.date() + timedelta(days=contest_days)
    confirmed = moved(assessment, Command.CONFIRMATION, confirmed_by=by, contest_until=until)
    if agreement.wants_two_persons and by == assessment.recorded_by:
        raise Forbidden("The memorandum wants somebody other than who recorded the result to confirm it.")
    return confirmed, [confirmation(confirmed)]


def confirmation(confirmed: Assessment) -> AssessmentConfirmed:
    return AssessmentConfirmed(
        assessment_id=confirmed.id,
        version=confirmed.version,
        learner_id=confirmed.learner_id,
        learning_agreement_id=confirmed.learning_agreement_id,
        home_id=confirmed.home_id,
        host_id=confirmed.host_id,
        assessment=value_of(confirmed),
    )


def _check_held(assessment: Assessment, agreement: LearningAgreement, held_on: date, at: datetime) -> None:
    agreement.check_in_mobility(held_on, "/held_on", or_until=assessment.record_until)
    if held_on > (at + AHEAD_OF_UTC).date():
        raise invalid("/held_on", "in_future", "This day has not come yet.")


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
