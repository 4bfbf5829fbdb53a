"""What will be assessed: by the agreement's own plan, by hand, and once more after a failure (domain.md 2.2, 3.3)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.assessment.domain.assessments import Assessment, Command, State, moved, wrong_state
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from shared.canonical import content_hash
from shared.contracts.agreements import LearningAgreementAgreed, PlannedAssessment
from shared.contracts.assessment import Method, OutcomeResult, Result
from shared.problems import Error, error, invalid, refuse


@dataclass(frozen=True, kw_only=True)
class Plan:
    method: Method
    planned_on: date | None
    covers: tuple[OutcomeResult, ...]
    """The outcomes to be assessed, with their weights; their result is `not_assessed`."""
    assessing_id: UUID | None = None
    """The institution whose assessors do it in the host's place."""


def plan(planned: Plan, agreement: LearningAgreement, id_: UUID) -> Assessment:
    """A planned assessment of agreed outcomes, of a whole unit or a part; `Validation` where it is of any other."""
    agreement.check_not_cancelled()
    refuse(_not_agreed(agreement, planned))
    if planned.planned_on is not None:
        agreement.check_in_mobility(planned.planned_on, "/planned_on")
    return _planned(agreement, agreement.id, id_, **vars(planned))


def planned_in(agreed: LearningAgreementAgreed, new_id: Callable[[], UUID]) -> list[Assessment]:
    """What the agreement itself plans; the same item of the plan has the same `plan_key`, whenever it is heard."""
    counted: Counter[str] = Counter()
    assessments = []
    for item in agreed.assessments or ():
        content = content_hash([agreed.learning_agreement_id, replace(item, planned_on=None)])
        counted[content] += 1
        covers = tuple(_cover(item, outcome_id) for outcome_id in item.host_outcome_ids)
        assessments.append(
            _planned(
                agreed,
                agreed.learning_agreement_id,
                new_id(),
                method=item.method,
                planned_on=item.planned_on,
                covers=covers,
                assessing_id=None if item.assessing_id == agreed.host_id else item.assessing_id,
                plan_key=f"{content}.{counted[content]}",
            )
        )
    return assessments


def resit(
    assessment: Assessment, agreement: LearningAgreement, planned_on: date | None, days: int, new_id: UUID, at: datetime
) -> tuple[Assessment, Assessment]:
    """The assessment and its next attempt, for which there are so many days from now, also after the stay.

    One that was annulled is void: it is no attempt that counts.
    """
    repeated = moved(assessment, Command.RESIT, resit_id=new_id)
    agreement.check_not_cancelled()
    if assessment.resit_id:
        raise wrong_state(assessment, Command.RESIT, f"The next attempt is {assessment.resit_id}.")
    if assessment.state is State.CONFIRMED and all(one.result is Result.ACHIEVED for one in assessment.results):
        raise wrong_state(assessment, Command.RESIT, "Everything was achieved.")
    until = at.date() + timedelta(days=days)
    if planned_on is not None:
        if planned_on < at.date() - timedelta(days=1):
            raise invalid("/planned_on", "in_past", "A next attempt is planned for a day to come.")
        agreement.check_in_mobility(planned_on, "/planned_on", or_until=until)
    following = _planned(
        assessment,
        assessment.learning_agreement_id,
        new_id,
        method=assessment.method,
        planned_on=planned_on,
        covers=tuple(replace(one, result=Result.NOT_ASSESSED) for one in assessment.results),
        assessing_id=assessment.assessing_id,
        attempt=assessment.attempt + (assessment.state is not State.ANNULLED),
        resit_of=assessment.id,
        record_until=until,
    )
    return repeated, following


def _planned(
    of: LearningAgreement | LearningAgreementAgreed | Assessment,
    learning_agreement_id: UUID,
    id_: UUID,
    *,
    covers: Sequence[OutcomeResult],
    **more: Any,
) -> Assessment:
    return Assessment(
        id=id_,
        version=1,
        state=State.PLANNED,
        learning_agreement_id=learning_agreement_id,
        learner_id=of.learner_id,
        home_id=of.home_id,
        host_id=of.host_id,
        results=tuple(sorted(covers, key=lambda covered: covered.outcome_id)),
        **more,
    )


def _cover(item: PlannedAssessment, outcome_id: UUID) -> OutcomeResult:
    return OutcomeResult(
        outcome_id=outcome_id, unit_id=item.host_unit_id, result=Result.NOT_ASSESSED, weight=Decimal(1)
    )


def _not_agreed(agreement: LearningAgreement, planned: Plan) -> Iterator[Error]:
    if planned.assessing_id and planned.assessing_id not in agreement.delegates:
        yield error("/assessing_id", "not_delegated", "Neither memorandum nor agreement lets this institution assess.")
    seen: set[UUID] = set()
    for index, covered in enumerate(planned.covers):
        if HostOutcome(covered.unit_id, covered.outcome_id) not in agreement.outcomes:
            yield error(f"/outcomes/{index}", "not_agreed", "The learning agreement has no such outcome in this unit.")
        if covered.outcome_id in seen:
            yield error(f"/outcomes/{index}/outcome_id", "duplicate", "The outcome is covered already.")
        seen.add(covered.outcome_id)
