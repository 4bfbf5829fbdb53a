"""What the assessment service says about a learning agreement: everything achieved, unless a test wants otherwise.

`transcript_issued(agreed)` is the usual one. Twenty thousand take a few seconds: call it with as many agreements.
"""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from shared import ids
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import (
    AssessmentConfirmed,
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Procedure,
    Result,
    TranscriptIssued,
    transcript_hash,
)


def outcome_results(agreed: LearningAgreementAgreed, result: Result = Result.ACHIEVED) -> tuple[OutcomeResult, ...]:
    """The same result for each agreed outcome of the host, sorted by outcome."""
    outcomes = {pair.host_outcome_id: unit.host_unit_id for unit in agreed.units for pair in unit.outcomes}
    return tuple(
        OutcomeResult(outcome_id=outcome_id, unit_id=unit_id, result=result, weight=Decimal(1))
        for outcome_id, unit_id in sorted(outcomes.items())
    )


def assessment_value(agreed: LearningAgreementAgreed, **changes: Any) -> AssessmentValue:
    """One work simulation on the last day abroad, of everything that was agreed."""
    usual: dict[str, Any] = {
        "assessment_id": ids.new_id(),
        "assessed_on": agreed.ends_on,
        "method": Method.WORK_SIMULATION,
        "procedure": Procedure.FOLLOWED,
        "authority": Authority.HOST_STAFF,
        "second_person": True,
        "attempt": 1,
        "grade": None,
        "grade_scale": None,
    }
    if "results" not in changes:
        usual["results"] = outcome_results(agreed)
    return AssessmentValue(**usual | changes)


def assessment_confirmed(agreed: LearningAgreementAgreed, value: AssessmentValue | None = None) -> AssessmentConfirmed:
    value = value or assessment_value(agreed)
    return AssessmentConfirmed(
        assessment_id=value.assessment_id,
        version=3,  # planned, recorded, confirmed
        learner_id=agreed.learner_id,
        learning_agreement_id=agreed.learning_agreement_id,
        home_id=agreed.home_id,
        host_id=agreed.host_id,
        assessment=value,
    )


def transcript_issued(agreed: LearningAgreementAgreed, *values: AssessmentValue, **changes: Any) -> TranscriptIssued:
    """A transcript of these assessments, or of one of everything; a later issue has `transcript_id` and `version`."""
    assessments = tuple(sorted(values or [assessment_value(agreed)], key=lambda value: value.assessment_id))
    usual: dict[str, Any] = {
        "transcript_id": ids.new_id(),
        "version": 1,
        "content_hash": transcript_hash(
            learner_id=agreed.learner_id,
            learning_agreement_id=agreed.learning_agreement_id,
            learning_agreement_version=agreed.content_version,
            host_id=agreed.host_id,
            assessments=assessments,
        ),
        "learner_id": agreed.learner_id,
        "learning_agreement_id": agreed.learning_agreement_id,
        "learning_agreement_version": agreed.content_version,
        "home_id": agreed.home_id,
        "host_id": agreed.host_id,
        "assessments": assessments,
        "issued_at": datetime.combine(agreed.ends_on, time(12), UTC),
    }
    return TranscriptIssued(**usual | changes)
