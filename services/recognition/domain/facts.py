"""What recognition says: decisions in the words of `shared.contracts.recognition`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.partial import Needed, UnitInProgress
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from services.recognition.domain.worth import worth
from shared.contracts.recognition import (
    ChangeReason,
    CreditCorrected,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRefused,
    CreditRevoked,
    EvidenceKept,
    LearningKind,
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


def credit_recognised(unit: UnitFacts, decision: Decision, entry: LinkedEntry, version: int) -> CreditRecognised:
    return CreditRecognised(
        **_about(decision), **_basis(decision) | worth(unit), **_learnt(decision), **_entered(entry), version=version
    )


def credit_corrected(
    unit: UnitFacts, decision: Decision, entry: LinkedEntry, before: CreditRecognised, reason: ChangeReason
) -> CreditCorrected:
    """`entry` takes the place of the one that `before` names."""
    return CreditCorrected(
        **_about(decision),
        **_basis(decision) | worth(unit),
        **_learnt(decision),
        **_entered(entry),
        version=before.version + 1,
        corrects_decision_id=before.decision_id,
        reverses_position=before.ledger_position,
        reason=reason,
    )


def _learnt(decision: Decision) -> dict[str, Any]:
    """Said only of what was no mobility."""
    return {"kind": None if decision.kind is LearningKind.MOBILITY else decision.kind}


def _entered(entry: LinkedEntry) -> dict[str, Any]:
    return {"credit_id": entry.credit_id, "ledger_position": entry.position, "ledger_hash": entry.hash}


def credit_partially_recognised(held: UnitInProgress, missing: Needed, decision: Decision) -> CreditPartiallyRecognised:
    """`decision` may be a review that is open: what a rule had given before is held meanwhile."""
    return CreditPartiallyRecognised(
        **_about(decision),
        **_basis(decision)
        | {"mode": decision.mode or Mode.AUTOMATIC, "assessed_on": held.assessed_on or decision.assessed_on},
        valid_until=held.valid_until,
        credit_id=held.credit_id,
        version=held.version,
        held_outcome_ids=tuple(sorted(held.outcome_ids)),
        needed_outcome_ids=missing.outcome_ids,
        needed_optional=missing.optional,
    )


def credit_documented(
    validation: Validation, decision: Decision, entry: LinkedEntry, version: int = 1
) -> CreditDocumented:
    return CreditDocumented(
        **_about(decision),
        **_basis(decision),
        **_entered(entry),
        version=version,
        outcome_ids=tuple(sorted(validation.held)),
    )


def credit_revoked(
    decision: Decision,
    credit_id: UUID,
    version: int,
    reason: ChangeReason,
    at: datetime,
    reversed_: tuple[LinkedEntry, LinkedEntry] | None = None,
) -> CreditRevoked:
    """`decision`: the one that it rested on; `reversed_`: the entry that was taken back, and its reversal."""
    said = CreditRevoked(
        **_about(decision),
        credit_id=credit_id,
        version=version,
        decision_id=decision.decision_id,
        qualification_version=decision.qualification_version,
        reason=reason,
        reopens_qualification=False,
        revoked_at=at,
    )
    if reversed_ is None:
        return said
    entry, taken_back = reversed_
    return replace(
        said, reverses_position=entry.position, ledger_position=taken_back.position, ledger_hash=taken_back.hash
    )


def credit_refused(decision: Decision) -> CreditRefused:
    named = ("decision_id", "version", "qualification_version", "reasons", "legal_basis", "appeal_until")
    dated = ("assessed_on", "decided_at")
    return CreditRefused(**_about(decision), **{name: getattr(decision, name) for name in (*named, *dated)})


def evidence_kept(unit: UnitFacts, decision: Decision) -> Sequence[EvidenceKept]:
    """None of a copy: whatever became of what it repeats was said, or will be."""
    held = unit.active_credit_id or (unit.in_progress.credit_id if unit.in_progress else None)
    if held is None or unit.copy_of:
        return ()
    named = ("decision_id", "version", "qualification_version", "reasons", "assessed_on", "decided_at")
    return (EvidenceKept(**_about(decision), **{name: getattr(decision, name) for name in named}, credit_id=held),)


def qualification_completed(decision: Decision, unit_ids: Sequence[UUID], on: date) -> QualificationCompleted:
    """`decision`: one on a unit of it."""
    return QualificationCompleted(
        qualification_id=decision.qualification_id,
        version=decision.qualification_version,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        home_country=decision.home_country,
        completed_on=on,
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
