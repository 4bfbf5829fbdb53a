"""All the SQL of the service: rows to domain values and back, and who may see which row."""

from services.recognition.store.evaluations import lock_standings, save
from services.recognition.store.known import find_known, keep
from services.recognition.store.pending import count_waiting, park, release, take_turns
from services.recognition.store.reads import (
    find_credits,
    find_open_reviews,
    find_qualifications,
    list_credits,
    list_decisions,
    list_validations,
    load_credit,
    load_decision,
    load_ledger,
    load_validation,
)

__all__ = [
    "count_waiting",
    "find_credits",
    "find_known",
    "find_open_reviews",
    "find_qualifications",
    "keep",
    "list_credits",
    "list_decisions",
    "list_validations",
    "load_credit",
    "load_decision",
    "load_ledger",
    "load_validation",
    "lock_standings",
    "park",
    "release",
    "save",
    "take_turns",
]
