"""What recognition says: decisions in the words of `shared.contracts.recognition`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.assessment import AssessmentValue
from shared.contracts.catalogue import CountryPolicyPublished
from shared.contracts.recognition import (
    CreditRecognised,
    Mode,
    QualificationCompleted,
    ReviewRequired,
    ValidationCompleted,
)


def validation_completed(decision: Decision, validation: Validation) -> ValidationCompleted:
    return ValidationCompleted(
        **_about(decision),
        validation_id=decision.validation_id,
        version=1,
        status=validation.status,
        outcomes=validation.outcomes,
    )


def review_required(decision: Decision) -> ReviewRequired:
    return ReviewRequired(
        **_about(decision), decision_id=decision.decision_id, version=decision.version, reasons=decision.reasons
    )


def credit_recognised(
    unit: UnitFacts, policy: CountryPolicyPublished, decision: Decision, entry: LinkedEntry
) -> CreditRecognised:
    grade, scale = _grade(unit.assessments)
    return CreditRecognised(
        **_about(decision),
        credit_id=entry.credit_id,
        version=1,
        decision_id=decision.decision_id,
        qualification_version=decision.qualification_version,
        points=entry.points,
        grade=grade,
        grade_scale=scale,
        mode=Mode.AUTOMATIC,
        memorandum_id=decision.memorandum_id,
        memorandum_version=decision.memorandum_version,
        learning_agreement_version=decision.learning_agreement_version,
        country_policy_id=policy.country_policy_id,
        country_policy_version=policy.version,
        assessed_on=decision.assessed_on,
        decided_at=decision.decided_at,
        ledger_position=entry.position,
        ledger_hash=entry.hash,
    )


def qualification_completed(decision: Decision, unit_ids: Sequence[UUID]) -> QualificationCompleted:
    return QualificationCompleted(
        qualification_id=decision.qualification_id,
        version=decision.qualification_version,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        home_country=decision.home_country,
        completed_on=decision.decided_at.date(),
        unit_ids=tuple(unit_ids),
    )


def _about(decision: Decision) -> dict[str, Any]:
    """What every fact about a decision names."""
    return {
        "learner_id": decision.learner_id,
        "learning_agreement_id": decision.learning_agreement_id,
        "transcript_id": decision.transcript_id,
        "transcript_version": decision.transcript_version,
        "home_id": decision.home_id,
        "home_country": decision.home_country,
        "host_id": decision.host_id,
        "host_country": decision.host_country,
        "qualification_id": decision.qualification_id,
        "unit_id": decision.unit_id,
    }


def _grade(assessments: Sequence[AssessmentValue]) -> tuple[str | None, str | None]:
    """The grade and its scale where all graded assessments agree; several grades are not averaged into one."""
    grades = {(one.grade, one.grade_scale) for one in assessments if one.grade is not None}
    return grades.pop() if len(grades) == 1 else (None, None)
