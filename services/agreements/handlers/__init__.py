"""The use cases of agreements."""

from services.agreements.handlers.learners import register_learner
from services.agreements.handlers.learning_agreements import (
    approve_learning_agreement,
    cancel_learning_agreement,
    complete_learning_agreement,
    draft_learning_agreement,
    edit_learning_agreement,
    sign_learning_agreement,
    start_learning_agreement,
)
from services.agreements.handlers.memoranda import (
    approve_memorandum,
    delete_memorandum,
    draft_memorandum,
    edit_memorandum,
    propose_memorandum,
    reject_memorandum,
    withdraw_memorandum,
)
from services.agreements.handlers.reference import (
    keep_comparabilities,
    keep_institutions,
    keep_qualifications,
    keep_withdrawals,
)

__all__ = [
    "approve_learning_agreement",
    "approve_memorandum",
    "cancel_learning_agreement",
    "complete_learning_agreement",
    "delete_memorandum",
    "draft_learning_agreement",
    "draft_memorandum",
    "edit_learning_agreement",
    "edit_memorandum",
    "keep_comparabilities",
    "keep_institutions",
    "keep_qualifications",
    "keep_withdrawals",
    "propose_memorandum",
    "register_learner",
    "reject_memorandum",
    "sign_learning_agreement",
    "start_learning_agreement",
    "withdraw_memorandum",
]
