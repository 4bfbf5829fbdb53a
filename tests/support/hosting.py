"""A stay at a host as the assessment service knows it: an agreement about three outcomes, and assessments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from services.assessment.domain import assessments
from services.assessment.domain.assessments import Assessment, Plan, Report, State
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from services.assessment.domain.transcripts import Transcript, TranscriptState
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import Method, OutcomeResult, Procedure, Result

UNIT = UUID(int=1)
KNOWLEDGE, SKILL, RESPONSIBILITY = (HostOutcome(UNIT, UUID(int=number)) for number in (11, 12, 13))
AT = datetime(2026, 9, 20, 12, tzinfo=UTC)

AGREEMENT = LearningAgreement(
    id=UUID(int=2),
    content_version=4,
    learner_id=UUID(int=3),
    home_id=UUID(int=4),
    host_id=UUID(int=5),
    outcomes=frozenset({KNOWLEDGE, SKILL, RESPONSIBILITY}),
    transcript_policy=TranscriptPolicy.ON_COMPLETION,
    starts_on=date(2026, 9, 1),
    ends_on=date(2026, 9, 30),
    two_person_rule=True,
)
TRANSCRIPT = Transcript(
    id=UUID(int=6),
    version=1,
    state=TranscriptState.DRAFT,
    learning_agreement_id=AGREEMENT.id,
    learner_id=AGREEMENT.learner_id,
    home_id=AGREEMENT.home_id,
    host_id=AGREEMENT.host_id,
)
REPORT = Report(
    assessed_on=date(2026, 9, 18), procedure=Procedure.FOLLOWED, attempt=1, grade="14", grade_scale="fr-0-20"
)


def plan_of(*outcomes: HostOutcome) -> Plan:
    covers = tuple(
        OutcomeResult(unit_id=one.unit_id, outcome_id=one.outcome_id, result=Result.NOT_ASSESSED, weight=Decimal(1))
        for one in outcomes
    )
    return Plan(method=Method.WORK_SIMULATION, planned_on=None, covers=covers)


def planned(*outcomes: HostOutcome) -> Assessment:
    return assessments.plan(plan_of(*outcomes), AGREEMENT, uuid4())


def recorded(*outcomes: HostOutcome, result: Result = Result.ACHIEVED, by: str = "assessor") -> Assessment:
    found = [(outcome.outcome_id, result) for outcome in outcomes]
    return assessments.record(planned(*outcomes), AGREEMENT, REPORT, found, by, AT)


def confirmed(*outcomes: HostOutcome, result: Result = Result.ACHIEVED) -> Assessment:
    return assessments.confirm(recorded(*outcomes, result=result), AGREEMENT, "examiner")[0]


def in_state(state: State) -> Assessment:
    made: dict[State, Assessment] = {
        State.PLANNED: planned(SKILL),
        State.RECORDED: recorded(SKILL),
        State.CONFIRMED: confirmed(SKILL),
    }
    return made[state]


def agreement(**changes: Any) -> LearningAgreement:
    return replace(AGREEMENT, **changes)


def results(outcomes: Sequence[HostOutcome]) -> list[tuple[UUID, Result]]:
    return [(outcome.outcome_id, Result.ACHIEVED) for outcome in outcomes]
