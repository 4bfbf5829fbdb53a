"""The life of a memorandum of understanding (domain.md 3.1): pure functions, each one transition.

Each takes the memorandum, who acts and when, and returns a `Taken`: what has become of it, how its history tells it,
and the facts that are said. A refusal is raised: `Forbidden` for who may not, `WrongState` for what is not possible.
"""

from services.agreements.domain.memoranda.amendments import (
    approve_amendment,
    propose_amendment,
    reject_amendment,
    withdraw_amendment,
)
from services.agreements.domain.memoranda.clock import begin, due, expire, terminate
from services.agreements.domain.memoranda.drafting import check_deletable, check_renewal, draft, edit, propose
from services.agreements.domain.memoranda.general_info import change_general_info
from services.agreements.domain.memoranda.negotiation import approve, counter_propose, reject, withdraw
from services.agreements.domain.memoranda.notices import notify_termination, withdraw_termination
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.states import Command, State
from services.agreements.domain.memoranda.suspensions import resume, suspend
from services.agreements.domain.memoranda.taken import Entry, Taken
from services.agreements.domain.memoranda.values import (
    Amendment,
    Approval,
    Contact,
    Ending,
    GeneralInfo,
    Memorandum,
    Notice,
    Override,
    Suspension,
)

__all__ = [
    "Actor",
    "Amendment",
    "Approval",
    "Command",
    "Contact",
    "Ending",
    "Entry",
    "GeneralInfo",
    "Memorandum",
    "Notice",
    "Override",
    "State",
    "Suspension",
    "Taken",
    "approve",
    "approve_amendment",
    "begin",
    "change_general_info",
    "check_deletable",
    "check_renewal",
    "counter_propose",
    "draft",
    "due",
    "edit",
    "expire",
    "notify_termination",
    "propose",
    "propose_amendment",
    "reject",
    "reject_amendment",
    "resume",
    "suspend",
    "terminate",
    "withdraw",
    "withdraw_amendment",
    "withdraw_termination",
]
