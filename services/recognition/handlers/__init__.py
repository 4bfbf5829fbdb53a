"""The use cases, as HTTP and Kafka start them."""

from services.recognition.handlers.evaluation import evaluate_again, evaluate_transcripts
from services.recognition.handlers.records import read_record
from services.recognition.handlers.reference import (
    keep_cancellations,
    keep_comparabilities,
    keep_country_policies,
    keep_learning_agreements,
    keep_memoranda,
    keep_memorandum_steps,
    keep_qualifications,
    keep_withdrawals,
)

__all__ = [
    "evaluate_again",
    "evaluate_transcripts",
    "keep_cancellations",
    "keep_comparabilities",
    "keep_country_policies",
    "keep_learning_agreements",
    "keep_memoranda",
    "keep_memorandum_steps",
    "keep_qualifications",
    "keep_withdrawals",
    "read_record",
]
