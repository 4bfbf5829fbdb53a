"""A stay at a host as the assessment service knows it: an agreement about three outcomes, and assessments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from services.assessment.domain import assessing, contesting, planning
from services.assessment.domain.assessing import Actor
from services.assessment.domain.assessments import Assessment, State, Step
from services.assessment.domain.learning_agreements import HostOutcome, LearningAgreement
from services.assessment.domain.planning import Plan
from services.assessment.domain.reports import Report
from services.assessment.domain.transcripts import Transcript, TranscriptState
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import Method, OutcomeResult, Procedure, Result

UNIT = UUID(int=1)
KNOWLEDGE, SKILL, RESPONSIBILITY = (HostOutcome(UNIT, UUID(int=number)) for number in (11, 12, 13))
AT = datetime(2026, 9, 20, 12, tzinfo=UTC)
CONTEST_DAYS = 14

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


def plan_of(*outcomes: HostOutcome, **more: Any) -> Plan:
    covers = tuple(
        OutcomeResult(unit_id=one.unit_id, outcome_id=one.outcome_id, result=Result.NOT_ASSESSED, weight=Decimal(1))
        for one in outcomes
    )
    return Plan(method=Method.WORK_SIMULATION, planned_on=None, covers=covers, **more)


def actor(sub: str = "assessor") -> Actor:
    """Somebody at the host."""
    return Actor(sub, AGREEMENT.host_id)


def step(by: str = "examiner", text: str = "Because.", at: datetime = AT) -> Step:
    return Step(by, at, text)


def planned(*outcomes: HostOutcome) -> Assessment:
    return planning.plan(plan_of(*outcomes), AGREEMENT, uuid4())


def conducted(*outcomes: HostOutcome) -> Assessment:
    return assessing.conduct(planned(*outcomes), AGREEMENT, REPORT.assessed_on, AT)


def absent(*outcomes: HostOutcome) -> Assessment:
    return assessing.miss(planned(*outcomes), AGREEMENT, REPORT.assessed_on, AT, excused=True)


def recorded(*outcomes: HostOutcome, result: Result = Result.ACHIEVED, by: str = "assessor") -> Assessment:
    found = [(outcome.outcome_id, result) for outcome in outcomes]
    return assessing.record(planned(*outcomes), AGREEMENT, REPORT, found, actor(by), AT)


def moderated(*outcomes: HostOutcome) -> Assessment:
    return assessing.moderate(recorded(*outcomes), step("moderator"))


def confirmed(*outcomes: HostOutcome, result: Result = Result.ACHIEVED) -> Assessment:
    return assessing.confirm(recorded(*outcomes, result=result), AGREEMENT, "examiner", CONTEST_DAYS, AT)[0]


def contested(*outcomes: HostOutcome) -> Assessment:
    return contesting.contest(confirmed(*outcomes), step("learner"))[0]


def annulled(*outcomes: HostOutcome) -> Assessment:
    return contesting.annul(confirmed(*outcomes), step())[0]


def in_state(state: State, result: Result = Result.ACHIEVED) -> Assessment:
    """One of a single outcome, by the shortest way; confirmed with this result."""
    made: dict[State, Assessment] = {
        State.PLANNED: planned(SKILL),
        State.CONDUCTED: conducted(SKILL),
        State.RECORDED: recorded(SKILL),
        State.MODERATED: moderated(SKILL),
        State.CONFIRMED: confirmed(SKILL, result=result),
        State.CONTESTED: contested(SKILL),
        State.ABSENT: absent(SKILL),
        State.ANNULLED: annulled(SKILL),
        State.OBSOLETE: replace(planned(SKILL), state=State.OBSOLETE),
    }
    return made[state]


def agreement(**changes: Any) -> LearningAgreement:
    return replace(AGREEMENT, **changes)


def results(outcomes: Sequence[HostOutcome], result: Result = Result.ACHIEVED) -> list[tuple[UUID, Result]]:
    return [(outcome.outcome_id, result) for outcome in outcomes]
