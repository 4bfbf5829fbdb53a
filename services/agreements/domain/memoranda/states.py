"""The table of states and commands (domain.md 3.1)."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PARTLY_APPROVED = "partly_approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATION_NOTIFIED = "termination_notified"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    DRAFT = "draft"
    EDIT = "edit"
    DELETE = "delete"
    PROPOSE = "propose"
    COUNTER_PROPOSE = "counter_propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CHANGE_GENERAL_INFO = "change_general_info"
    PROPOSE_AMENDMENT = "propose_amendment"
    APPROVE_AMENDMENT = "approve_amendment"
    REJECT_AMENDMENT = "reject_amendment"
    WITHDRAW_AMENDMENT = "withdraw_amendment"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUSPEND_QUALIFICATIONS = "suspend_qualifications"
    RESUME_QUALIFICATIONS = "resume_qualifications"
    NOTIFY_TERMINATION = "notify_termination"
    WITHDRAW_TERMINATION = "withdraw_termination"
    BEGIN = "begin"
    TERMINATE = "terminate"
    EXPIRE = "expire"


DRAFT, PROPOSED, PARTLY_APPROVED = State.DRAFT, State.PROPOSED, State.PARTLY_APPROVED
ACTIVE, SUSPENDED, NOTIFIED = State.ACTIVE, State.SUSPENDED, State.TERMINATION_NOTIFIED

LIVING = frozenset({ACTIVE, SUSPENDED, NOTIFIED})
"""It has come into force and not ended."""
EVER_IN_FORCE = LIVING | {State.TERMINATED, State.EXPIRED}
PUT_TO_SIGNATURE = frozenset({PROPOSED, PARTLY_APPROVED})
OPEN = PUT_TO_SIGNATURE | LIVING
"""It binds, or is on its way to."""

TRANSITIONS = {
    (DRAFT, Command.EDIT): DRAFT,
    (DRAFT, Command.DELETE): DRAFT,  # the row goes, so no state follows
    (DRAFT, Command.CHANGE_GENERAL_INFO): DRAFT,
    (DRAFT, Command.PROPOSE): PROPOSED,
    **{(state, Command.COUNTER_PROPOSE): PROPOSED for state in sorted(PUT_TO_SIGNATURE)},
    **{(state, Command.APPROVE): PARTLY_APPROVED for state in sorted(PUT_TO_SIGNATURE)},
    **{(state, Command.REJECT): State.REJECTED for state in sorted(PUT_TO_SIGNATURE)},
    **{(state, Command.WITHDRAW): State.WITHDRAWN for state in sorted(PUT_TO_SIGNATURE)},
    **{(state, Command.CHANGE_GENERAL_INFO): state for state in sorted(OPEN)},
    **{
        (state, command): state
        for state in (ACTIVE, SUSPENDED)
        for command in (
            Command.PROPOSE_AMENDMENT,
            Command.APPROVE_AMENDMENT,
            Command.REJECT_AMENDMENT,
            Command.WITHDRAW_AMENDMENT,
        )
    },
    (ACTIVE, Command.SUSPEND): SUSPENDED,
    (SUSPENDED, Command.SUSPEND): SUSPENDED,
    (NOTIFIED, Command.SUSPEND): NOTIFIED,
    (SUSPENDED, Command.RESUME): ACTIVE,
    (NOTIFIED, Command.RESUME): NOTIFIED,
    **{(state, Command.SUSPEND_QUALIFICATIONS): state for state in sorted(LIVING)},
    **{(state, Command.RESUME_QUALIFICATIONS): state for state in sorted(LIVING)},
    (ACTIVE, Command.NOTIFY_TERMINATION): NOTIFIED,
    (SUSPENDED, Command.NOTIFY_TERMINATION): NOTIFIED,
    (NOTIFIED, Command.WITHDRAW_TERMINATION): ACTIVE,
}

BY_TIME = {
    **{(state, Command.BEGIN): state for state in sorted(LIVING)},
    **{(state, Command.EXPIRE): State.EXPIRED for state in sorted(LIVING)},
    (NOTIFIED, Command.TERMINATE): State.TERMINATED,
}
"""What nobody can ask for."""

ONCE_ALL_APPROVED = {PARTLY_APPROVED: ACTIVE}
"""What follows by itself upon the last approval."""

WHILE_SUSPENDED = {ACTIVE: SUSPENDED}
"""What follows instead as long as somebody holds all of it suspended."""

NEEDS_AMENDMENT = {
    Command.PROPOSE_AMENDMENT: False,
    Command.APPROVE_AMENDMENT: True,
    Command.REJECT_AMENDMENT: True,
    Command.WITHDRAW_AMENDMENT: True,
}
"""Whether an amendment has to be open for the command (True), or none may be (False)."""
