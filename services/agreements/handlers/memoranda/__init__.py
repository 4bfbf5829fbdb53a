"""The use cases of memoranda: load it locked, decide, keep what has become of it, say so."""

from services.agreements.handlers.memoranda.amendments import (
    approve_amendment,
    propose_amendment,
    reject_amendment,
    withdraw_amendment,
)
from services.agreements.handlers.memoranda.clock import begin_memorandum, expire_memorandum, terminate_memorandum
from services.agreements.handlers.memoranda.drafting import (
    delete_memorandum,
    draft_memorandum,
    edit_memorandum,
    propose_memorandum,
)
from services.agreements.handlers.memoranda.life import (
    change_general_info,
    notify_termination,
    resume_memorandum,
    suspend_memorandum,
    withdraw_termination,
)
from services.agreements.handlers.memoranda.negotiation import (
    approve_memorandum,
    counter_propose_memorandum,
    reject_memorandum,
    withdraw_memorandum,
)

__all__ = [
    "approve_amendment",
    "approve_memorandum",
    "begin_memorandum",
    "change_general_info",
    "counter_propose_memorandum",
    "delete_memorandum",
    "draft_memorandum",
    "edit_memorandum",
    "expire_memorandum",
    "notify_termination",
    "propose_amendment",
    "propose_memorandum",
    "reject_amendment",
    "reject_memorandum",
    "resume_memorandum",
    "suspend_memorandum",
    "terminate_memorandum",
    "withdraw_amendment",
    "withdraw_memorandum",
    "withdraw_termination",
]
