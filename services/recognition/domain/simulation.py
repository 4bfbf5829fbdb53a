"""What would become of results before there are any: the very engine, on the facts as they stand (domain.md 4.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.recognition.domain.batches import Case
from services.recognition.domain.consequences import NewId
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.evaluation import evaluate
from services.recognition.domain.gathering import gather
from services.recognition.domain.known import Known
from services.recognition.domain.rules import RuleResult
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Standing
from services.recognition.domain.unsettled import UnitsByTranscript, said_anew
from shared.contracts.agreements import AgreedUnit, LearningAgreementAgreed, MemorandumActivated, TranscriptPolicy
from shared.contracts.assessment import (
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Procedure,
    Result,
    TranscriptIssued,
    transcript_hash,
)
from shared.contracts.facts import Fact
from shared.contracts.recognition import (
    ChangeReason,
    CreditRecognised,
    GradeConversion,
    QualificationCompleted,
    ReasonCode,
    ValidatedOutcome,
    ValidationCompleted,
)
from shared.problems import invalid


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An agreement that nobody has signed yet; nobody's in particular."""

    memorandum_id: UUID
    memorandum_version: int
    home_id: UUID
    host_id: UUID
    qualification_id: UUID
    qualification_version: int
    units: tuple[AgreedUnit, ...]
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class PredictedUnit:
    """What would become of one home unit, and why."""

    unit_id: UUID
    state: DecisionState
    reasons: tuple[ReasonCode, ...]
    """Why it would not be recognised; empty if it would."""
    outcomes: tuple[ValidatedOutcome, ...]
    points: Decimal | None
    """What it would count."""
    conversion: GradeConversion | None
    """What its grade would be at home."""
    trace: tuple[RuleResult, ...]


@dataclass(frozen=True)
class Prediction:
    units: tuple[PredictedUnit, ...]
    completes_qualification: bool


def as_if_agreed(
    draft: Draft, memorandum: MemorandumActivated, today: date, agreement_id: UUID
) -> LearningAgreementAgreed:
    """The draft as if everybody signed it today; home and host have to be parties to the memorandum."""
    countries = {party.institution_id: party.country for party in memorandum.parties}
    for side in "home_id", "host_id":
        if getattr(draft, side) not in countries:
            raise invalid(f"/draft/{side}", "not_a_party", "This institution is no party to the memorandum.")
    return LearningAgreementAgreed(
        **vars(draft),
        learning_agreement_id=agreement_id,
        version=1,
        content_version=1,
        content_hash="",
        learner_id=agreement_id,
        memorandum_hash=memorandum.content_hash,
        home_country=countries[draft.home_id],
        host_country=countries[draft.host_id],
        transcript_policy=TranscriptPolicy.MANUAL,
        agreed_on=today,
    )


def all_achieved(agreement: LearningAgreementAgreed, new_id: NewId) -> tuple[AssessmentValue, ...]:
    """Every agreed outcome, on the last day, as agreed: by the planned methods, and confirmed by a second person."""
    methods = {one: planned.method for planned in agreement.assessments or () for one in planned.host_outcome_ids}
    unit_of = {pair.host_outcome_id: unit.host_unit_id for unit in agreement.units for pair in unit.outcomes}
    by_method: dict[Method, list[OutcomeResult]] = {}
    for outcome_id, unit_id in unit_of.items():
        achieved = OutcomeResult(outcome_id=outcome_id, unit_id=unit_id, result=Result.ACHIEVED, weight=Decimal(1))
        by_method.setdefault(methods.get(outcome_id, Method.WORK_SIMULATION), []).append(achieved)
    return tuple(
        AssessmentValue(
            assessment_id=new_id(),
            assessed_on=agreement.ends_on,
            method=method,
            procedure=Procedure.FOLLOWED,
            authority=Authority.HOST_STAFF,
            second_person=True,
            attempt=1,
            grade=None,
            grade_scale=None,
            results=tuple(results),
        )
        for method, results in by_method.items()
    )


def case_of(
    known: Known,
    agreement: LearningAgreementAgreed,
    results: Sequence[AssessmentValue],
    at: datetime,
    new_id: NewId,
) -> Case:
    """The transcript that says exactly this, with its facts; `NotKnownYetError` if one of them has not arrived."""
    transcript = _transcript(agreement, tuple(results), new_id(), at)
    return Case(transcript, gather(known, transcript, at.date()))


def predict(standing: Standing, case: Case, at: datetime, new_id: NewId) -> Prediction:
    """What evaluating it now would lead to, where that takes nothing back."""
    _, outcomes = evaluate(standing, case.units, at, new_id)
    facts = [fact for outcome in outcomes for fact in outcome.facts]
    return _prediction(case, [outcome.decision for outcome in outcomes], facts)


def predict_settled(
    standing: Standing, sources: Sources, case: Case, on_record: UnitsByTranscript, at: datetime, new_id: NewId
) -> Prediction:
    """The same where it may take back what stands."""
    unsettled = said_anew(sources, case.transcript.transcript_id, case.units, on_record)
    changes = settle(standing, sources, unsettled, ChangeReason.BETTER_GRADE, at, new_id)
    return _prediction(case, changes.decisions, changes.facts)


def _prediction(case: Case, decisions: Iterable[Decision], facts: Sequence[Fact]) -> Prediction:
    decided = {one.unit_id: one for one in decisions if one.transcript_id == case.transcript.transcript_id}
    units = [unit.agreed.unit_id for unit in case.units]
    return Prediction(
        units=tuple(_predicted(decided[unit_id], facts) for unit_id in units if unit_id in decided),
        completes_qualification=any(isinstance(fact, QualificationCompleted) for fact in facts),
    )


def _transcript(
    agreement: LearningAgreementAgreed, assessments: tuple[AssessmentValue, ...], transcript_id: UUID, at: datetime
) -> TranscriptIssued:
    said: dict[str, Any] = {
        "learner_id": agreement.learner_id,
        "learning_agreement_id": agreement.learning_agreement_id,
        "host_id": agreement.host_id,
    }
    version = agreement.content_version
    return TranscriptIssued(
        **said,
        learning_agreement_version=version,
        assessments=assessments,
        transcript_id=transcript_id,
        version=1,
        content_hash=transcript_hash(**said, learning_agreement_version=version, assessments=assessments),
        home_id=agreement.home_id,
        issued_at=at,
    )


def _predicted(decision: Decision, facts: Sequence[Fact]) -> PredictedUnit:
    validations = (fact for fact in facts if isinstance(fact, ValidationCompleted))
    credits_ = (fact for fact in facts if isinstance(fact, CreditRecognised))
    credit = next((fact for fact in credits_ if fact.decision_id == decision.decision_id), None)
    return PredictedUnit(
        unit_id=decision.unit_id,
        state=decision.state,
        reasons=decision.reasons,
        outcomes=next(fact.outcomes for fact in validations if fact.validation_id == decision.validation_id),
        points=credit.points if credit else None,
        conversion=credit.conversion if credit else None,
        trace=decision.trace,
    )
