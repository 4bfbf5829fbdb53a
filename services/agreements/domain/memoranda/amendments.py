"""Changing what is in force: the old version stays so until all that it takes have approved the new one."""

from dataclasses import replace
from datetime import date, datetime

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.negotiation import changed_content, with_code, with_parties
from services.agreements.domain.memoranda.quorum import quorum
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import Command
from services.agreements.domain.memoranda.suspensions import without_those_of_who_left
from services.agreements.domain.memoranda.taken import Taken, entry, move, overridden
from services.agreements.domain.memoranda.values import Amendment, Approval, Memorandum, Override
from services.agreements.domain.memorandum_checks import check_party_competent, check_proposable
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import (
    MemorandumAmended,
    MemorandumAmendmentDropped,
    MemorandumAmendmentProposed,
    MemorandumApproved,
)
from shared.problems import error, refuse


def propose_amendment(
    memorandum: Memorandum,
    terms: Terms,
    override: Override | None,
    actor: Actor,
    institutions: Institutions,
    at: datetime,
) -> Taken:
    proposed, _ = move(memorandum, Command.PROPOSE_AMENDMENT, actor, at)
    _check_goes_on(memorandum.terms, terms, at.date())
    check_proposable(terms, institutions, at.date())
    amendment = Amendment(
        terms=terms,
        revision=changed_content(memorandum, terms),
        proposed_by=actor.institution_id,
        proposed_at=at,
        needs=tuple(sorted(quorum(memorandum.terms, terms))),
        override=override,
    )
    proposed = replace(
        with_parties(proposed, terms, institutions), amendment=amendment, contents=memorandum.contents + 1
    )
    more = amendment.revision.said()
    fact = said.step(MemorandumAmendmentProposed, proposed, institutions, actor.institution_id, at.date(), **more)
    number = amendment.revision.number
    return Taken(proposed, entry(proposed, Command.PROPOSE_AMENDMENT, actor, at, content_version=number), [fact])


def _check_goes_on(old: Terms, new: Terms, today: date) -> None:
    """What holds as soon as everybody has approved leaves no gap, and is no other memorandum."""
    errors = []
    if new.valid_from > max(old.valid_from, today):
        errors.append(error("/valid_from", "gap", "An amendment holds as soon as it is approved."))
    if new.renews_id != old.renews_id:
        errors.append(error("/renews_id", "fixed", "What it renews cannot be changed."))
    refuse(errors)


def approve_amendment(
    memorandum: Memorandum, actor: Actor, seen: Seen, code: str | None, institutions: Institutions, at: datetime
) -> Taken | None:
    """One yes of those that it takes; with the last one the new content is in force. None for a second yes."""
    moved, _ = move(memorandum, Command.APPROVE_AMENDMENT, actor, at)
    amendment = _open(memorandum)
    amendment.revision.check_seen(seen)
    approved = {approval.institution_id for approval in amendment.approvals}
    if actor.institution_id in approved:
        return None
    check_party_competent(amendment.terms, actor.institution_id, institutions)
    amendment = replace(
        amendment, approvals=(*amendment.approvals, Approval(actor.institution_id, actor.signatory, at))
    )
    moved = replace(moved, amendment=amendment, codes=with_code(memorandum, actor, code))
    more = amendment.revision.said()
    fact = said.step(MemorandumApproved, moved, institutions, actor.institution_id, at.date(), **more)
    line = entry(moved, Command.APPROVE_AMENDMENT, actor, at, content_version=amendment.revision.number)
    if approved | {actor.institution_id} != set(amendment.needs):
        return Taken(moved, line, [fact])
    amended, line = _amended(moved, amendment), replace(line, before=overridden(moved, amendment.override))
    content = said.content(MemorandumAmended, amended, institutions, at.date())
    amended, resumed = without_those_of_who_left(amended, actor, institutions, at)
    return Taken(amended, line, [fact, content, *resumed])


def _amended(memorandum: Memorandum, amendment: Amendment) -> Memorandum:
    """Suspensions stay, also of what it no longer covers: nobody gets rid of one by two amendments."""
    return replace(
        memorandum,
        terms=amendment.terms,
        revision=amendment.revision,
        proposed_by=amendment.proposed_by,
        approvals=amendment.approvals,
        amendment=None,
        override=amendment.override or memorandum.override,
    )


def reject_amendment(
    memorandum: Memorandum, actor: Actor, reason: str, institutions: Institutions, at: datetime
) -> Taken:
    return _dropped(memorandum, Command.REJECT_AMENDMENT, actor, reason, institutions, at)


def withdraw_amendment(
    memorandum: Memorandum, actor: Actor, reason: str, institutions: Institutions, at: datetime
) -> Taken:
    return _dropped(memorandum, Command.WITHDRAW_AMENDMENT, actor, reason, institutions, at)


def _dropped(
    memorandum: Memorandum, command: Command, actor: Actor, reason: str, institutions: Institutions, at: datetime
) -> Taken:
    moved, _ = move(memorandum, command, actor, at)
    dropped, facts = without_amendment(moved, actor, institutions, at)
    number = _open(memorandum).revision.number
    return Taken(dropped, entry(dropped, command, actor, at, reason, content_version=number), facts)


def without_amendment(
    memorandum: Memorandum, actor: Actor | None, institutions: Institutions, at: datetime
) -> tuple[Memorandum, list[MemorandumAmendmentDropped]]:
    """Nothing has changed but that it is gone, if there was one; None as actor where time took it."""
    if memorandum.amendment is None:
        return memorandum, []
    dropped, more = replace(memorandum, amendment=None), memorandum.amendment.revision.said()
    by_id = actor.institution_id if actor else None
    return dropped, [said.step(MemorandumAmendmentDropped, dropped, institutions, by_id, at.date(), **more)]


def _open(memorandum: Memorandum) -> Amendment:
    if memorandum.amendment is None:
        raise LookupError("the table of states has let a step through that needs an amendment")
    return memorandum.amendment
