"""What `recognition` says: what counts at home, what does not yet, and why."""

from shared.contracts.recognition.appeals import AppealDecided, AppealOpened, AppealOutcome
from shared.contracts.recognition.changes import (
    ChangeReason,
    CreditCorrected,
    CreditExpired,
    CreditRefused,
    CreditRevoked,
    EvidenceKept,
)
from shared.contracts.recognition.credits import (
    ConversionMethod,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    GradeConversion,
)
from shared.contracts.recognition.decisions import (
    InformationProvided,
    InformationRequested,
    LearningKind,
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
    "AppealDecided",
    "AppealOpened",
    "AppealOutcome",
    "ChangeReason",
    "ConversionMethod",
    "CreditCorrected",
    "CreditDocumented",
    "CreditExpired",
    "CreditPartiallyRecognised",
    "CreditRecognised",
    "CreditRefused",
    "CreditRevoked",
    "EvidenceKept",
    "GradeConversion",
    "InformationProvided",
    "InformationRequested",
    "LearningKind",
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
