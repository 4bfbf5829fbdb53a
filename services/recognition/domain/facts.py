"""What recognition says: decisions in the words of `shared.contracts.recognition`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.grading import conversion, host_grade
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.recognition import (
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
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


def credit_recognised(unit: UnitFacts, decision: Decision, entry: LinkedEntry, version: int) -> CreditRecognised:
    given = host_grade(unit)
    return CreditRecognised(
        **_about(decision),
        **_basis(decision),
        credit_id=entry.credit_id,
        version=version,
        points=entry.points,
        grade=given.text if given else None,
        grade_scale=given.scale if given else None,
        conversion=conversion(unit) if given else None,
        ledger_position=entry.position,
        ledger_hash=entry.hash,
    )


def credit_partially_recognised(
    validation: Validation, decision: Decision, credit_id: UUID, version: int
) -> CreditPartiallyRecognised:
    return CreditPartiallyRecognised(
        **_about(decision),
        **_basis(decision),
        credit_id=credit_id,
        version=version,
        held_outcome_ids=tuple(sorted(validation.held)),
        needed_outcome_ids=validation.needed.outcome_ids,
        needed_optional=validation.needed.optional,
    )


def credit_documented(validation: Validation, decision: Decision, entry: LinkedEntry) -> CreditDocumented:
    return CreditDocumented(
        **_about(decision),
        **_basis(decision),
        credit_id=entry.credit_id,
        version=1,
        outcome_ids=tuple(sorted(validation.held)),
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


def _basis(decision: Decision) -> dict[str, Any]:
    """Who decided, when and by what; a rule never decides without a country's policy (R11)."""
    return {
        "decision_id": decision.decision_id,
        "qualification_version": decision.qualification_version,
        "mode": decision.mode,
        "memorandum_id": decision.memorandum_id,
        "memorandum_version": decision.memorandum_version,
        "learning_agreement_version": decision.learning_agreement_version,
        "country_policy_id": decision.country_policy_id,
        "country_policy_version": decision.country_policy_version,
        "assessed_on": decision.assessed_on,
        "decided_at": decision.decided_at,
    }
