"""The use cases, as HTTP and Kafka start them."""

from services.recognition.handlers.checkpoints import prove_chain, prove_to, take_checkpoint
from services.recognition.handlers.evaluation import evaluate_again, evaluate_transcripts
from services.recognition.handlers.expiry import expire_credits
from services.recognition.handlers.reconsideration import find_reformed_countries, reconsider_documented
from services.recognition.handlers.records import read_history, read_record
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
from services.recognition.handlers.reviews import (
    answer_information_request,
    appeal_decision,
    assign_review,
    decide_appeal,
    erase_words,
    list_information_requests,
    measure_queue,
    read_information_request,
    release_review,
    request_information,
    resolve_review,
)
from services.recognition.handlers.revisions import (
    certify,
    correct_decision,
    preview_revocation,
    revoke_decision,
)
from services.recognition.handlers.simulation import simulate_agreement, simulate_draft
from services.recognition.handlers.statistics import read_statistics
from services.recognition.handlers.verification import make_decisions_again

__all__ = [
    "answer_information_request",
    "appeal_decision",
    "assign_review",
    "certify",
    "correct_decision",
    "decide_appeal",
    "erase_words",
    "evaluate_again",
    "evaluate_transcripts",
    "expire_credits",
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
    "list_information_requests",
    "make_decisions_again",
    "measure_queue",
    "preview_revocation",
    "prove_chain",
    "prove_to",
    "read_history",
    "read_information_request",
    "read_record",
    "read_statistics",
    "reconsider_documented",
    "release_review",
    "request_information",
    "resolve_review",
    "revoke_decision",
    "simulate_agreement",
    "simulate_draft",
    "take_checkpoint",
]
