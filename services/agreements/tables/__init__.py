"""The tables of the service, one module for what belongs together."""

from services.agreements.tables.due import DUE_TRANSITIONS
from services.agreements.tables.learners import LEARNER_HISTORY, LEARNERS
from services.agreements.tables.learning_agreements import (
    LEARNING_AGREEMENT_CHANGES,
    LEARNING_AGREEMENT_COMMENTS,
    LEARNING_AGREEMENT_CONTACT_CHANGES,
    LEARNING_AGREEMENT_SIGNATURES,
    LEARNING_AGREEMENT_VERSIONS,
    LEARNING_AGREEMENTS,
)
from services.agreements.tables.memoranda import MEMORANDA, MEMORANDUM_HISTORY, MEMORANDUM_VERSIONS
from services.agreements.tables.metadata import METADATA
from services.agreements.tables.reference import (
    COMPARABILITIES,
    COUNTRY_POLICIES,
    INSTITUTIONS,
    QUALIFICATIONS,
    UNIT_DECISIONS,
)
from services.agreements.tables.signing_links import SIGNING_LINKS

__all__ = [
    "COMPARABILITIES",
    "COUNTRY_POLICIES",
    "DUE_TRANSITIONS",
    "INSTITUTIONS",
    "LEARNERS",
    "LEARNER_HISTORY",
    "LEARNING_AGREEMENTS",
    "LEARNING_AGREEMENT_CHANGES",
    "LEARNING_AGREEMENT_COMMENTS",
    "LEARNING_AGREEMENT_CONTACT_CHANGES",
    "LEARNING_AGREEMENT_SIGNATURES",
    "LEARNING_AGREEMENT_VERSIONS",
    "MEMORANDA",
    "MEMORANDUM_HISTORY",
    "MEMORANDUM_VERSIONS",
    "METADATA",
    "QUALIFICATIONS",
    "SIGNING_LINKS",
    "UNIT_DECISIONS",
]
