"""The life of a memorandum of understanding (domain.md 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.agreements.domain.memorandum_terms import Terms, check_proposable, in_order
from services.agreements.domain.reference import Institution
from services.agreements.domain.revisions import Revision, Seen, first_revision
from shared.contracts.agreements import MemorandumActivated, Party
from shared.transitions import following


class State(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PARTLY_APPROVED = "partly_approved"
    ACTIVE = "active"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (State.DRAFT, Command.EDIT): State.DRAFT,
    (State.DRAFT, Command.DELETE): State.DRAFT,  # the row goes, so no state follows
    (State.DRAFT, Command.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Command.APPROVE): State.PARTLY_APPROVED,
    (State.PARTLY_APPROVED, Command.APPROVE): State.PARTLY_APPROVED,
    (State.PROPOSED, Command.REJECT): State.REJECTED,
    (State.PARTLY_APPROVED, Command.REJECT): State.REJECTED,
    (State.PROPOSED, Command.WITHDRAW): State.WITHDRAWN,
    (State.PARTLY_APPROVED, Command.WITHDRAW): State.WITHDRAWN,
}
ONCE_ALL_APPROVED = {State.PARTLY_APPROVED: State.ACTIVE}
"""What follows by itself; nobody can ask for it."""


@dataclass(frozen=True)
class Approval:
    institution_id: UUID
    signatory: str
    """`sub` of the signatory's token."""
    approved_at: datetime


@dataclass(frozen=True)
class Ending:
    """Who ended it before it came into force, and why."""

    institution_id: UUID
    reason: str
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Memorandum:
    id: UUID
    version: int
    state: State
    drafted_by: UUID
    terms: Terms
    codes: Mapping[UUID, str]
    """Each party's own code for it."""
    revision: Revision
    approvals: tuple[Approval, ...] = ()
    """Of this revision."""
    ending: Ending | None = None

    @property
    def approving(self) -> set[UUID]:
        """The parties that have approved this revision."""
        return {approval.institution_id for approval in self.approvals}

    def why_not_in_force(self, today: date) -> str | None:
        """None if it is in force: approved by all, and today within its validity. Computed, never typed in."""
        if self.state is not State.ACTIVE:
            return f"It is {self.state}, not active."
        if today < self.terms.valid_from:
            return f"It is valid only from {self.terms.valid_from}."
        if today > self.terms.valid_until:
            return f"It was valid only until {self.terms.valid_until}."
        return None


def draft(id_: UUID, drafted_by: UUID, terms: Terms, code: str | None) -> Memorandum:
    return Memorandum(
        id=id_,
        version=1,
        state=State.DRAFT,
        drafted_by=drafted_by,
        terms=terms,
        codes={drafted_by: code} if code else {},
        revision=first_revision(in_order(terms)),
    )


def edit(memorandum: Memorandum, terms: Terms, code: str | None) -> Memorandum:
    """The whole new draft, code included."""
    return replace(
        _moved(memorandum, Command.EDIT),
        terms=terms,
        codes={memorandum.drafted_by: code} if code else {},
        revision=first_revision(in_order(terms)),
    )


def check_deletable(memorandum: Memorandum) -> None:
    """Only what was never proposed may go without a trace."""
    following(TRANSITIONS, memorandum.state, Command.DELETE)


def propose(memorandum: Memorandum, institutions: Mapping[UUID, Institution]) -> Memorandum:
    proposed = _moved(memorandum, Command.PROPOSE)
    check_proposable(memorandum.terms, institutions)
    return proposed


def approve(
    memorandum: Memorandum,
    approval: Approval,
    seen: Seen,
    code: str | None,
    institutions: Mapping[UUID, Institution],
) -> tuple[Memorandum, list[MemorandumActivated]]:
    """One party's yes to exactly what it has seen; the last party's activates. Saying yes twice changes nothing."""
    approved = _moved(memorandum, Command.APPROVE)
    memorandum.revision.check_seen(seen)
    if approval.institution_id in memorandum.approving:
        return memorandum, []
    approved = replace(
        approved,
        approvals=(*memorandum.approvals, approval),
        codes={**memorandum.codes, approval.institution_id: code} if code else memorandum.codes,
    )
    if approved.approving != set(memorandum.terms.party_ids):
        return approved, []
    active = replace(approved, state=ONCE_ALL_APPROVED[approved.state])
    return active, [_activated(active, institutions, approval.approved_at.date())]


def reject(memorandum: Memorandum, ending: Ending) -> Memorandum:
    return replace(_moved(memorandum, Command.REJECT), ending=ending)


def withdraw(memorandum: Memorandum, ending: Ending) -> Memorandum:
    """The drafter takes the proposal back."""
    return replace(_moved(memorandum, Command.WITHDRAW), ending=ending)


def _moved(memorandum: Memorandum, command: Command) -> Memorandum:
    state = following(TRANSITIONS, memorandum.state, command)
    return replace(memorandum, state=state, version=memorandum.version + 1)


def _activated(
    memorandum: Memorandum, institutions: Mapping[UUID, Institution], activated_on: date
) -> MemorandumActivated:
    terms = in_order(memorandum.terms)
    return MemorandumActivated(
        memorandum_id=memorandum.id,
        version=memorandum.version,
        content_version=memorandum.revision.number,
        content_hash=memorandum.revision.hash,
        parties=tuple(
            Party(
                institution_id=party.institution_id,
                country=institutions[party.institution_id].country,
                functions=party.functions,
            )
            for party in terms.parties
        ),
        qualifications=terms.qualifications,
        automatic_recognition=terms.automatic_recognition,
        two_person_rule=terms.two_person_rule,
        activated_on=activated_on,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
    )
