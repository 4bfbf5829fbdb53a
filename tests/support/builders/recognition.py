"""What recognition says about a stay: a unit validated, recognised or left to a person, and a qualification complete.

`credit_recognised(agreed)` is the usual one. Thousands take a moment: call it with as many agreements.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared import ids
from shared.canonical import content_hash
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.recognition import (
    ChangeReason,
    CreditCorrected,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRefused,
    EvidenceKept,
    Mode,
    OutcomeStatus,
    QualificationCompleted,
    ReasonCode,
    ReviewRequired,
    ValidatedOutcome,
    ValidationCompleted,
    ValidationStatus,
)
from tests.support.builders.catalogue import MALTA_POLICY

DECIDED_AT = datetime(2026, 3, 30, 9, tzinfo=UTC)


def validation_completed(agreed: LearningAgreementAgreed, **changes: Any) -> ValidationCompleted:
    """All outcomes of the first agreed unit."""
    usual: dict[str, Any] = {
        "validation_id": ids.new_id(),
        "version": 1,
        "status": ValidationStatus.VALIDATED,
        "outcomes": tuple(
            ValidatedOutcome(outcome_id=pair.home_outcome_id, status=OutcomeStatus.VALIDATED, reason=ReasonCode.OK)
            for pair in agreed.units[0].outcomes
        ),
    }
    return ValidationCompleted(**{**_about(agreed), **usual, **changes})


def credit_recognised(agreed: LearningAgreementAgreed, **changes: Any) -> CreditRecognised:
    """The first agreed unit, by rule, as the first entry of the learner's ledger."""
    credit_id = ids.new_id()
    usual = _decided(agreed) | {
        "credit_id": credit_id,
        "version": 1,
        "points": Decimal("30.0"),
        "grade": None,
        "grade_scale": None,
        "ledger_position": 1,
        "ledger_hash": content_hash(credit_id),
    }
    return CreditRecognised(**{**_about(agreed), **usual, **changes})


def credit_partially_recognised(agreed: LearningAgreementAgreed, **changes: Any) -> CreditPartiallyRecognised:
    """All but the last outcome of the first agreed unit."""
    *held, needed = (pair.home_outcome_id for pair in agreed.units[0].outcomes)
    usual = _decided(agreed) | {
        "credit_id": ids.new_id(),
        "version": 1,
        "held_outcome_ids": tuple(held),
        "needed_outcome_ids": (needed,),
        "needed_optional": 0,
    }
    return CreditPartiallyRecognised(**{**_about(agreed), **usual, **changes})


def credit_documented(agreed: LearningAgreementAgreed, **changes: Any) -> CreditDocumented:
    """The first agreed unit, as the first entry of the learner's ledger."""
    credit_id = ids.new_id()
    usual = _decided(agreed) | {
        "credit_id": credit_id,
        "version": 1,
        "outcome_ids": tuple(pair.home_outcome_id for pair in agreed.units[0].outcomes),
        "ledger_position": 1,
        "ledger_hash": content_hash(credit_id),
    }
    return CreditDocumented(**{**_about(agreed), **usual, **changes})


def credit_refused(agreed: LearningAgreementAgreed, **changes: Any) -> CreditRefused:
    """The first agreed unit, by a person; the learner has thirty days to appeal."""
    named = ("decision_id", "qualification_version", "assessed_on", "decided_at")
    usual = {name: value for name, value in _decided(agreed).items() if name in named} | {
        "version": 1,
        "reasons": (ReasonCode.PROCEDURE_DEVIATION,),
        "legal_basis": "S.L. 327.431, regulation 5",
        "appeal_until": DECIDED_AT.date() + timedelta(days=30),
    }
    return CreditRefused(**{**_about(agreed), **usual, **changes})


def credit_corrected(agreed: LearningAgreementAgreed, **changes: Any) -> CreditCorrected:
    """The first agreed unit, with a better grade than another transcript had."""
    usual: dict[str, Any] = {
        "version": 2,
        "corrects_decision_id": ids.new_id(),
        "reverses_position": 1,
        "ledger_position": 3,
        "reason": ChangeReason.BETTER_GRADE,
    }
    return CreditCorrected(**{**vars(credit_recognised(agreed)), **usual, **changes})


def evidence_kept(agreed: LearningAgreementAgreed, **changes: Any) -> EvidenceKept:
    """The first agreed unit, which counts already."""
    named = ("decision_id", "qualification_version", "assessed_on", "decided_at")
    usual = {name: value for name, value in _decided(agreed).items() if name in named} | {
        "version": 1,
        "credit_id": ids.new_id(),
        "reasons": (ReasonCode.DUPLICATE_CREDIT,),
    }
    return EvidenceKept(**{**_about(agreed), **usual, **changes})


def review_required(agreed: LearningAgreementAgreed, *reasons: ReasonCode, **changes: Any) -> ReviewRequired:
    """The first agreed unit, of which an outcome is missing unless there are other reasons."""
    usual: dict[str, Any] = {
        "decision_id": ids.new_id(),
        "version": 1,
        "reasons": reasons or (ReasonCode.LO_MISSING,),
    }
    return ReviewRequired(**{**_about(agreed), **usual, **changes})


def qualification_completed(agreed: LearningAgreementAgreed, **changes: Any) -> QualificationCompleted:
    """By the agreed units, as if the qualification had no others."""
    usual: dict[str, Any] = {
        "qualification_id": agreed.qualification_id,
        "version": agreed.qualification_version,
        "learner_id": agreed.learner_id,
        "home_id": agreed.home_id,
        "home_country": agreed.home_country,
        "completed_on": DECIDED_AT.date(),
        "unit_ids": tuple(sorted(unit.unit_id for unit in agreed.units)),
    }
    return QualificationCompleted(**usual | changes)


def _decided(agreed: LearningAgreementAgreed) -> dict[str, Any]:
    """By rule, under Malta's policy."""
    return {
        "decision_id": ids.new_id(),
        "qualification_version": agreed.qualification_version,
        "mode": Mode.AUTOMATIC,
        "memorandum_id": agreed.memorandum_id,
        "memorandum_version": agreed.memorandum_version,
        "learning_agreement_version": agreed.content_version,
        "country_policy_id": MALTA_POLICY.country_policy_id,
        "country_policy_version": MALTA_POLICY.version,
        "assessed_on": agreed.ends_on,
        "decided_at": DECIDED_AT,
    }


def _about(agreed: LearningAgreementAgreed) -> Mapping[str, Any]:
    """A new transcript on the first agreed unit."""
    named = ("learning_agreement_id", "learner_id", "home_id", "home_country", "host_id", "host_country")
    return {
        **{name: getattr(agreed, name) for name in named},
        "transcript_id": ids.new_id(),
        "transcript_version": 1,
        "qualification_id": agreed.qualification_id,
        "unit_id": agreed.units[0].unit_id,
    }
