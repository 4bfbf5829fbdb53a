"""What the assessment service says about a learning agreement: everything achieved, unless a test wants otherwise.

`transcript_issued(agreed)` is the usual one. Twenty thousand take a few seconds: call it with as many agreements.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from shared import ids
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import (
    AssessmentConfirmed,
    AssessmentStep,
    AssessmentValue,
    Authority,
    Method,
    OutcomeResult,
    Period,
    Procedure,
    Result,
    TranscriptCorrected,
    TranscriptIssued,
    TranscriptWithdrawn,
    UnitVerdict,
    transcript_hash,
)

Step = TypeVar("Step", bound=AssessmentStep)
BEST_FIRST = (Result.ACHIEVED, Result.PARTIALLY, Result.NOT_ACHIEVED, Result.NOT_ASSESSED)


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
    content: dict[str, Any] = {
        "learner_id": agreed.learner_id,
        "learning_agreement_id": agreed.learning_agreement_id,
        "learning_agreement_version": agreed.content_version,
        "host_id": agreed.host_id,
        "assessments": assessments,
        "period": Period(starts_on=agreed.starts_on, ends_on=agreed.ends_on),
        "units": unit_verdicts(agreed, assessments),
    }
    usual: dict[str, Any] = {
        "transcript_id": ids.new_id(),
        "version": 1,
        "content_hash": transcript_hash(**content),
        "home_id": agreed.home_id,
        "issued_at": datetime.combine(agreed.ends_on, time(12), UTC),
    }
    return TranscriptIssued(**usual | content | changes)


def transcript_corrected(
    agreed: LearningAgreementAgreed, wrong: TranscriptIssued, *values: AssessmentValue, **changes: Any
) -> TranscriptCorrected:
    """The next version of the host's word, of these assessments, in the place of one that was wrong."""
    usual = {"transcript_id": wrong.transcript_id, "version": wrong.version + 1}
    right = transcript_issued(agreed, *values, **usual | changes)
    return TranscriptCorrected(**vars(right), corrects_version=wrong.version)


def transcript_withdrawn(issued: TranscriptIssued, **changes: Any) -> TranscriptWithdrawn:
    usual: dict[str, Any] = {
        "transcript_id": issued.transcript_id,
        "version": issued.version + 1,
        "withdraws_version": issued.version,
        "learner_id": issued.learner_id,
        "learning_agreement_id": issued.learning_agreement_id,
        "home_id": issued.home_id,
        "host_id": issued.host_id,
        "withdrawn_at": issued.issued_at,
    }
    return TranscriptWithdrawn(**usual | changes)


def assessment_step(kind: type[Step], confirmed: AssessmentConfirmed, occurred_on: date, **changes: Any) -> Step:
    """Contested or annulled after it was confirmed."""
    usual = vars(confirmed) | {"version": confirmed.version + 1, "occurred_on": occurred_on}
    return kind(**{name: value for name, value in usual.items() if name != "assessment"} | changes)


def unit_verdicts(agreed: LearningAgreementAgreed, values: Collection[AssessmentValue]) -> tuple[UnitVerdict, ...]:
    """Each agreed unit of the host, achieved as far as one of the assessments says so."""
    found = {one.outcome_id: set[Result]() for value in values for one in value.results}
    for value in values:
        for one in value.results:
            found[one.outcome_id].add(one.result)
    outcomes: dict[UUID, set[UUID]] = {}
    for unit in agreed.units:
        outcomes.setdefault(unit.host_unit_id, set()).update(pair.host_outcome_id for pair in unit.outcomes)
    return tuple(_verdict(unit_id, outcomes[unit_id], found) for unit_id in sorted(outcomes))


def _verdict(unit_id: UUID, outcome_ids: set[UUID], found: Mapping[UUID, set[Result]]) -> UnitVerdict:
    results = [found.get(outcome_id, {Result.NOT_ASSESSED}) for outcome_id in sorted(outcome_ids)]
    best = [next(kind for kind in BEST_FIRST if kind in kinds) for kinds in results]
    partly = Result.PARTIALLY if {Result.ACHIEVED, Result.PARTIALLY} & {*best} else Result.NOT_ACHIEVED
    missing = [one for one, kind in zip(sorted(outcome_ids), best, strict=True) if kind is not Result.ACHIEVED]
    return UnitVerdict(
        unit_id=unit_id,
        verdict=best[0] if len({*best}) == 1 else partly,
        outstanding_outcome_ids=tuple(missing),
        hours=None,
    )
