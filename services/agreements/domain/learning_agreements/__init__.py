"""A learning agreement and the table of its life (domain.md 3.2).

`agreeing` is its way until all have signed; what comes then are its changes and the stay.
"""

from services.agreements.domain.learning_agreements.states import (
    BY_ITSELF,
    EVER_AGREED,
    OVER,
    TRANSITIONS,
    Command,
    State,
)
from services.agreements.domain.learning_agreements.steps import moved, said, with_contacts, wrong_state
from services.agreements.domain.learning_agreements.values import (
    ChangeRequest,
    Complement,
    Ending,
    Frame,
    LearningAgreement,
    Proposal,
    Signature,
)

__all__ = [
    "BY_ITSELF",
    "EVER_AGREED",
    "OVER",
    "TRANSITIONS",
    "ChangeRequest",
    "Command",
    "Complement",
    "Ending",
    "Frame",
    "LearningAgreement",
    "Proposal",
    "Signature",
    "State",
    "moved",
    "said",
    "with_contacts",
    "wrong_state",
]
