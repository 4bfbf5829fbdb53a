"""All the SQL of agreements, one module for each aggregate and one for what the catalogue said."""

from services.agreements.store.learners import add_learner, list_learners, load_learner
from services.agreements.store.learning_agreements import (
    add_learning_agreement,
    has_overlap,
    list_learning_agreements,
    load_learning_agreement,
    save_learning_agreement,
)
from services.agreements.store.memoranda import (
    MemorandumVersion,
    add_memorandum,
    add_version,
    delete_memorandum,
    list_memoranda,
    list_versions,
    load_memorandum,
    save_memorandum,
)
from services.agreements.store.reference import (
    keep_comparabilities,
    keep_institutions,
    keep_qualifications,
    keep_withdrawals,
    load_reference,
)

__all__ = [
    "MemorandumVersion",
    "add_learner",
    "add_learning_agreement",
    "add_memorandum",
    "add_version",
    "delete_memorandum",
    "has_overlap",
    "keep_comparabilities",
    "keep_institutions",
    "keep_qualifications",
    "keep_withdrawals",
    "list_learners",
    "list_learning_agreements",
    "list_memoranda",
    "list_versions",
    "load_learner",
    "load_learning_agreement",
    "load_memorandum",
    "load_reference",
    "save_learning_agreement",
    "save_memorandum",
]
