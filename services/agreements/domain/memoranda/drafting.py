"""A memorandum until it is put to signature."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.roles import Actor
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import LIVING, Command, State
from services.agreements.domain.memoranda.taken import Taken, entry, move
from services.agreements.domain.memoranda.values import Memorandum, Override
from services.agreements.domain.memorandum_checks import check_proposable
from services.agreements.domain.memorandum_terms import Terms, in_order
from services.agreements.domain.revisions import first_revision
from shared.contracts.agreements import MemorandumProposed
from shared.problems import error, refuse


def draft(
    id_: UUID,
    terms: Terms,
    code: str | None,
    override: Override | None,
    actor: Actor,
    institutions: Institutions,
    at: datetime,
) -> Taken:
    drafter = actor.institution_id
    drafted = Memorandum(
        id=id_,
        version=1,
        state=State.DRAFT,
        drafted_by=drafter,
        proposed_by=drafter,
        terms=terms,
        codes={drafter: code} if code else {},
        revision=first_revision(in_order(terms)),
        contents=1,
        party_ids=tuple(terms.party_ids),
        countries=countries_of(terms.party_ids, institutions),
        override=override,
    )
    return Taken(drafted, entry(drafted, Command.DRAFT, actor, at))


def edit(
    memorandum: Memorandum,
    terms: Terms,
    code: str | None,
    override: Override | None,
    actor: Actor,
    institutions: Institutions,
    at: datetime,
) -> Taken:
    """The whole new draft, code included."""
    edited, _ = move(memorandum, Command.EDIT, actor, at)
    edited = replace(
        edited,
        terms=terms,
        codes={memorandum.drafted_by: code} if code else {},
        revision=first_revision(in_order(terms)),
        party_ids=tuple(terms.party_ids),
        countries=countries_of(terms.party_ids, institutions),
        override=override,
    )
    return Taken(edited, entry(edited, Command.EDIT, actor, at))


def check_deletable(memorandum: Memorandum, actor: Actor, at: datetime) -> None:
    """Only what was never proposed may go without a trace."""
    move(memorandum, Command.DELETE, actor, at)


def propose(memorandum: Memorandum, actor: Actor, institutions: Institutions, at: datetime) -> Taken:
    proposed, _ = move(memorandum, Command.PROPOSE, actor, at)
    check_proposable(memorandum.terms, institutions, at.date())
    more = proposed.revision.said()
    fact = said.step(MemorandumProposed, proposed, institutions, actor.institution_id, at.date(), **more)
    return Taken(proposed, entry(proposed, Command.PROPOSE, actor, at), [fact])


def check_renewal(terms: Terms, renewed: Memorandum) -> None:
    """A renewal goes on from one that was not ended by anybody, among its parties, and begins later (domain.md 3.1).

    As long as both would last it is a duplicate, like any other.
    """
    errors = []
    if renewed.state not in LIVING | {State.EXPIRED}:
        errors.append(error("/renews_id", "not_renewable", f"It is {renewed.state}."))
    if not set(terms.party_ids) <= set(renewed.terms.party_ids):
        errors.append(error("/renews_id", "other_parties", "Not all of these are parties of the one that it renews."))
    if terms.valid_from <= renewed.terms.valid_from:
        errors.append(error("/valid_from", "before_renewed", "It has to begin after the one that it renews began."))
    refuse(errors)


def countries_of(party_ids: list[UUID], institutions: Institutions) -> tuple[str, ...]:
    return tuple(sorted({institutions[party_id].country for party_id in party_ids}))
