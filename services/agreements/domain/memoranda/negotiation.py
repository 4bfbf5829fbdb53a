"""A memorandum from its proposal to its coming into force, or not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.drafting import countries_of
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import ONCE_ALL_APPROVED, Command
from services.agreements.domain.memoranda.taken import Taken, entry, move, overridden
from services.agreements.domain.memoranda.values import Approval, Ending, Memorandum, Override
from services.agreements.domain.memorandum_checks import check_party_competent, check_proposable
from services.agreements.domain.memorandum_terms import Terms, in_order
from services.agreements.domain.revisions import Revision, Seen, numbered
from shared.contracts.agreements import (
    MemorandumActivated,
    MemorandumApproved,
    MemorandumCounterProposed,
    MemorandumRejected,
    MemorandumWithdrawn,
)
from shared.problems import invalid


def counter_propose(
    memorandum: Memorandum,
    terms: Terms,
    override: Override | None,
    actor: Actor,
    institutions: Institutions,
    at: datetime,
) -> Taken:
    """Another party's whole new content: what was approved before is void (domain.md 3.7, iias scenario 19)."""
    countered, _ = move(memorandum, Command.COUNTER_PROPOSE, actor, at)
    check_proposable(terms, institutions, at.date())
    countered = replace(
        with_parties(countered, terms, institutions),
        terms=terms,
        proposed_by=actor.institution_id,
        revision=changed_content(memorandum, terms),
        contents=memorandum.contents + 1,
        approvals=(),
        override=override or memorandum.override,
    )
    more = countered.revision.said()
    fact = said.step(MemorandumCounterProposed, countered, institutions, actor.institution_id, at.date(), **more)
    line = entry(countered, Command.COUNTER_PROPOSE, actor, at, before=overridden(memorandum, override))
    return Taken(countered, line, [fact])


def approve(
    memorandum: Memorandum, actor: Actor, seen: Seen, code: str | None, institutions: Institutions, at: datetime
) -> Taken | None:
    """One party's yes to exactly what it has seen; the last party's activates. None for a yes that it gave before."""
    approved, _ = move(memorandum, Command.APPROVE, actor, at)
    memorandum.revision.check_seen(seen)
    if actor.institution_id in memorandum.approving:
        return None
    check_party_competent(memorandum.terms, actor.institution_id, institutions)
    approved = replace(
        approved,
        approvals=(*memorandum.approvals, Approval(actor.institution_id, actor.signatory, at)),
        codes=with_code(memorandum, actor, code),
    )
    more = approved.revision.said()
    facts = [said.step(MemorandumApproved, approved, institutions, actor.institution_id, at.date(), **more)]
    line = entry(approved, Command.APPROVE, actor, at)
    if approved.approving != set(memorandum.terms.party_ids):
        return Taken(approved, line, facts)
    active = replace(approved, state=ONCE_ALL_APPROVED[approved.state])
    return Taken(active, line, [*facts, said.content(MemorandumActivated, active, institutions, at.date())])


def reject(memorandum: Memorandum, actor: Actor, reason: str, institutions: Institutions, at: datetime) -> Taken:
    rejected, _ = move(memorandum, Command.REJECT, actor, at)
    rejected = replace(rejected, ending=Ending(actor.institution_id, reason, at))
    fact = said.step(MemorandumRejected, rejected, institutions, actor.institution_id, at.date())
    return Taken(rejected, entry(rejected, Command.REJECT, actor, at, reason), [fact])


def withdraw(memorandum: Memorandum, actor: Actor, reason: str, institutions: Institutions, at: datetime) -> Taken:
    """Whoever put the present content to signature takes it back."""
    withdrawn, _ = move(memorandum, Command.WITHDRAW, actor, at)
    withdrawn = replace(withdrawn, ending=Ending(actor.institution_id, reason, at))
    fact = said.step(MemorandumWithdrawn, withdrawn, institutions, actor.institution_id, at.date())
    return Taken(withdrawn, entry(withdrawn, Command.WITHDRAW, actor, at, reason), [fact])


def changed_content(memorandum: Memorandum, terms: Terms) -> Revision:
    """The next content's number and hash; a content that is the same is none."""
    revision = numbered(memorandum.contents + 1, in_order(terms))
    if revision.hash == memorandum.revision.hash:
        raise invalid("", "unchanged", "These are the terms as they are already.")
    return revision


def with_parties(memorandum: Memorandum, terms: Terms, institutions: Institutions) -> Memorandum:
    """Who is asked may read it, from then on."""
    party_ids = sorted({*memorandum.party_ids, *terms.party_ids})
    return replace(memorandum, party_ids=tuple(party_ids), countries=countries_of(party_ids, institutions))


def with_code(memorandum: Memorandum, actor: Actor, code: str | None) -> Mapping[UUID, str]:
    return {**memorandum.codes, actor.institution_id: code} if code else memorandum.codes
