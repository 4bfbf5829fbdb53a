"""The table of a learning agreement's life (domain.md 3.2)."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    LEARNER_SIGNED = "learner_signed"
    HOME_SIGNED = "home_signed"
    CHANGES_REQUESTED = "changes_requested"
    AGREED = "agreed"
    IN_MOBILITY = "in_mobility"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    COMPLEMENTED = "complemented"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Command(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    SIGN_AS_LEARNER = "sign_as_learner"
    SIGN_AS_GUARDIAN = "sign_as_guardian"
    SIGN_AS_HOME = "sign_as_home"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    START = "start"
    CONFIRM_START = "confirm_start"
    PROPOSE_CHANGE = "propose_change"
    SIGN_CHANGE = "sign_change"
    DROP_CHANGE = "drop_change"
    COMPLETE = "complete"
    INTERRUPT = "interrupt"
    DRAFT_COMPLEMENT = "draft_complement"
    SIGN_COMPLEMENT = "sign_complement"
    COMPLEMENT = "complement"
    CLOSE = "close"


TRANSITIONS = {
    (State.DRAFT, Command.EDIT): State.DRAFT,
    (State.DRAFT, Command.DELETE): State.DRAFT,  # the row goes, so no state follows
    (State.DRAFT, Command.SIGN_AS_LEARNER): State.LEARNER_SIGNED,
    (State.LEARNER_SIGNED, Command.EDIT): State.DRAFT,
    (State.LEARNER_SIGNED, Command.SIGN_AS_GUARDIAN): State.LEARNER_SIGNED,
    (State.LEARNER_SIGNED, Command.SIGN_AS_HOME): State.HOME_SIGNED,
    (State.HOME_SIGNED, Command.APPROVE): State.AGREED,
    (State.HOME_SIGNED, Command.REQUEST_CHANGES): State.CHANGES_REQUESTED,
    (State.HOME_SIGNED, Command.REJECT): State.REJECTED,
    (State.HOME_SIGNED, Command.WITHDRAW): State.WITHDRAWN,
    (State.CHANGES_REQUESTED, Command.EDIT): State.DRAFT,
    (State.CHANGES_REQUESTED, Command.REJECT): State.REJECTED,
    (State.CHANGES_REQUESTED, Command.WITHDRAW): State.WITHDRAWN,
    (State.AGREED, Command.START): State.IN_MOBILITY,
    (State.AGREED, Command.PROPOSE_CHANGE): State.AGREED,
    (State.AGREED, Command.SIGN_CHANGE): State.AGREED,
    (State.AGREED, Command.DROP_CHANGE): State.AGREED,
    (State.IN_MOBILITY, Command.CONFIRM_START): State.IN_MOBILITY,
    (State.IN_MOBILITY, Command.PROPOSE_CHANGE): State.IN_MOBILITY,
    (State.IN_MOBILITY, Command.SIGN_CHANGE): State.IN_MOBILITY,
    (State.IN_MOBILITY, Command.DROP_CHANGE): State.IN_MOBILITY,
    (State.IN_MOBILITY, Command.COMPLETE): State.COMPLETED,
    (State.IN_MOBILITY, Command.INTERRUPT): State.INTERRUPTED,
    (State.COMPLETED, Command.DRAFT_COMPLEMENT): State.COMPLETED,
    (State.COMPLETED, Command.SIGN_COMPLEMENT): State.COMPLETED,
    (State.INTERRUPTED, Command.DRAFT_COMPLEMENT): State.INTERRUPTED,
    (State.INTERRUPTED, Command.SIGN_COMPLEMENT): State.INTERRUPTED,
    (State.DRAFT, Command.CANCEL): State.CANCELLED,
    (State.LEARNER_SIGNED, Command.CANCEL): State.CANCELLED,
    (State.HOME_SIGNED, Command.CANCEL): State.CANCELLED,
    (State.CHANGES_REQUESTED, Command.CANCEL): State.CANCELLED,
    (State.AGREED, Command.CANCEL): State.CANCELLED,
    (State.IN_MOBILITY, Command.CANCEL): State.CANCELLED,
}
BY_ITSELF = {
    (State.COMPLETED, Command.COMPLEMENT): State.COMPLEMENTED,
    (State.INTERRUPTED, Command.COMPLEMENT): State.COMPLEMENTED,
    (State.COMPLEMENTED, Command.CLOSE): State.CLOSED,
}
"""What follows once both have signed the complement, and once every unit has an outcome; nobody can ask for it."""

EVER_AGREED = frozenset(
    {State.AGREED, State.IN_MOBILITY, State.COMPLETED, State.INTERRUPTED, State.COMPLEMENTED, State.CLOSED}
)
"""And not given up since."""
OVER = frozenset({State.REJECTED, State.WITHDRAWN, State.CANCELLED})
"""No stay comes of these, so their units are free for another agreement."""
