"""Who may take which step: a table of sides and roles (domain.md 3.1, interfaces.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.agreements.domain.memoranda.states import Command
from services.agreements.domain.memoranda.values import Memorandum
from shared.problems import Forbidden


@dataclass(frozen=True)
class Actor:
    """Who takes a step, as the token says."""

    institution_id: UUID
    signatory: str
    """`sub` of the token."""
    roles: frozenset[str]
    countries: frozenset[str] = frozenset()
    """Of a competent body."""


class Side(StrEnum):
    """What an institution is to a memorandum; several at once."""

    DRAFTER = "the institution that drafted it"
    PROPOSER = "the party that put this content to signature"
    OTHER_PARTY = "a party that did not put this content to signature"
    PARTY = "a party"
    AMENDER = "the party that proposed the amendment"
    AMENDING = "a party whose approval the amendment needs"
    NOTIFIER = "the party that gave notice"
    COMPETENT_BODY = "a competent body of a party's country"


SIGNATORY, EITHER = frozenset({"signatory"}), frozenset({"coordinator", "signatory"})
PARTY_OR_BODY = {Side.PARTY: SIGNATORY, Side.COMPETENT_BODY: frozenset({"competent_body"})}

MAY: Mapping[Command, Mapping[Side, frozenset[str]]] = {
    Command.EDIT: {Side.DRAFTER: EITHER},
    Command.DELETE: {Side.DRAFTER: EITHER},
    Command.PROPOSE: {Side.DRAFTER: EITHER},
    Command.COUNTER_PROPOSE: {Side.OTHER_PARTY: SIGNATORY},
    Command.APPROVE: {Side.PARTY: SIGNATORY},
    Command.REJECT: {Side.PARTY: SIGNATORY},
    Command.WITHDRAW: {Side.PROPOSER: EITHER},
    Command.CHANGE_GENERAL_INFO: {Side.PARTY: EITHER},
    Command.PROPOSE_AMENDMENT: {Side.PARTY: SIGNATORY},
    Command.APPROVE_AMENDMENT: {Side.AMENDING: SIGNATORY},
    Command.REJECT_AMENDMENT: {Side.AMENDING: SIGNATORY},
    Command.WITHDRAW_AMENDMENT: {Side.AMENDER: SIGNATORY},
    Command.SUSPEND: PARTY_OR_BODY,
    Command.RESUME: PARTY_OR_BODY,
    Command.SUSPEND_QUALIFICATIONS: PARTY_OR_BODY,
    Command.RESUME_QUALIFICATIONS: PARTY_OR_BODY,
    Command.NOTIFY_TERMINATION: {Side.PARTY: SIGNATORY},
    Command.WITHDRAW_TERMINATION: {Side.NOTIFIER: SIGNATORY},
}


def _sides(memorandum: Memorandum, actor: Actor) -> Iterator[Side]:
    """As long as there is no amendment or notice it could be any party's: then the state is what refuses the step."""
    who, amendment, notice = actor.institution_id, memorandum.amendment, memorandum.notice
    is_party, is_proposer = who in memorandum.terms.party_ids, who == memorandum.proposed_by
    if who == memorandum.drafted_by:
        yield Side.DRAFTER
    if is_party:
        yield Side.PARTY
    if is_proposer:
        yield Side.PROPOSER
    if is_party and not is_proposer:
        yield Side.OTHER_PARTY
    if who == amendment.proposed_by if amendment else is_party:
        yield Side.AMENDER
    if who in amendment.needs if amendment else is_party:
        yield Side.AMENDING
    if who == notice.institution_id if notice else is_party:
        yield Side.NOTIFIER
    if actor.countries & set(memorandum.countries):
        yield Side.COMPETENT_BODY


def acting_as(memorandum: Memorandum, actor: Actor, command: Command) -> Side:
    """As which side the actor may take the step; `Forbidden` if as none."""
    sides = set(_sides(memorandum, actor))
    for side, roles in MAY[command].items():
        if side in sides and roles & actor.roles:
            return side
    allowed = [f"{side} ({' or '.join(sorted(roles))})" for side, roles in MAY[command].items()]
    raise Forbidden(f"Only {' or '.join(allowed)} may do this.")
