"""The use cases, as HTTP and Kafka start them."""

from services.recognition.handlers.checkpoints import prove_chain, prove_to, take_checkpoint
from services.recognition.handlers.evaluation import evaluate_again, evaluate_transcripts
from services.recognition.handlers.reconsideration import find_reformed_countries, reconsider_documented
from services.recognition.handlers.records import read_record
from services.recognition.handlers.reference import (
    keep_cancellations,
    keep_comparabilities,
    keep_country_policies,
    keep_grade_tables,
    keep_learning_agreements,
    keep_memoranda,
    keep_memorandum_steps,
    keep_qualifications,
    keep_withdrawals,
)
from services.recognition.handlers.simulation import simulate_agreement, simulate_draft

__all__ = [
    "evaluate_again",
    "evaluate_transcripts",
    "find_reformed_countries",
    "keep_cancellations",
    "keep_comparabilities",
    "keep_country_policies",
    "keep_grade_tables",
    "keep_learning_agreements",
    "keep_memoranda",
    "keep_memorandum_steps",
    "keep_qualifications",
    "keep_withdrawals",
    "prove_chain",
    "prove_to",
    "read_record",
    "reconsider_documented",
    "simulate_agreement",
    "simulate_draft",
    "take_checkpoint",
]
