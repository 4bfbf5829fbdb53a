"""Who lets whom hear about what: never assumed, given by the institution concerned or by a country's competent body."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.transitions import following


class GrantState(StrEnum):
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class GrantCommand(StrEnum):
    CHANGE = "change"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (GrantState.GRANTED, GrantCommand.CHANGE): GrantState.GRANTED,
    (GrantState.GRANTED, GrantCommand.WITHDRAW): GrantState.WITHDRAWN,
}


@dataclass(frozen=True)
class Grant:
    """The grantee may hear what names the institution, or the decisions in the country: one of the two is given."""

    id: UUID
    grantee_id: UUID
    institution_id: UUID | None
    country: str | None
    qualification_ids: frozenset[UUID]
    """Only facts about these. None named: about any."""
    granted_at: datetime
    state: GrantState = GrantState.GRANTED
    version: int = 1


def change(grant: Grant, qualification_ids: frozenset[UUID]) -> Grant:
    return replace(_after(grant, GrantCommand.CHANGE), qualification_ids=qualification_ids)


def withdraw(grant: Grant) -> Grant:
    return _after(grant, GrantCommand.WITHDRAW)


def _after(grant: Grant, command: GrantCommand) -> Grant:
    state = following(TRANSITIONS, grant.state, command)
    return replace(grant, state=state, version=grant.version + 1)
