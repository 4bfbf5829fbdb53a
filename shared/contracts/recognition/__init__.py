"""What `recognition` says: what counts at home, what does not yet, and why."""

from shared.contracts.recognition.credits import (
    ConversionMethod,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    GradeConversion,
)
from shared.contracts.recognition.decisions import (
    Mode,
    OutcomeStatus,
    QualificationCompleted,
    ReasonCode,
    ReviewRequired,
    ValidatedOutcome,
    ValidationCompleted,
    ValidationStatus,
)
from shared.contracts.recognition.ledger import LedgerCheckpointed

__all__ = [
    "ConversionMethod",
    "CreditDocumented",
    "CreditPartiallyRecognised",
    "CreditRecognised",
    "GradeConversion",
    "LedgerCheckpointed",
    "Mode",
    "OutcomeStatus",
    "QualificationCompleted",
    "ReasonCode",
    "ReviewRequired",
    "ValidatedOutcome",
    "ValidationCompleted",
    "ValidationStatus",
]
