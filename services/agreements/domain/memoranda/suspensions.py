"""Suspending and resuming: no new agreements, no automatic decisions; what is running goes on (domain.md 3.1).

Each side holds its own suspension, and only that side, or a competent body of its country, lifts it. So a party cannot
lift what an authority has imposed, and nobody's resumption undoes another's reasons.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.agreements.domain.memoranda import said
from services.agreements.domain.memoranda.drafting import countries_of
from services.agreements.domain.memoranda.roles import Actor, Side
from services.agreements.domain.memoranda.said import Institutions
from services.agreements.domain.memoranda.states import Command, State
from services.agreements.domain.memoranda.taken import Taken, entry, move, settled
from services.agreements.domain.memoranda.values import Memorandum, Suspension
from shared.contracts.agreements import MemorandumResumed, MemorandumSuspended
from shared.problems import Forbidden, error, refuse

Scope = tuple[UUID, ...] | None
"""These qualifications only; None for the whole memorandum."""


def suspend(
    memorandum: Memorandum, actor: Actor, reason: str, scope: Scope, institutions: Institutions, at: datetime
) -> Taken:
    command = Command.SUSPEND if scope is None else Command.SUSPEND_QUALIFICATIONS
    suspended, side = move(memorandum, command, actor, at)
    countries = _countries(memorandum, actor, side, institutions)
    _check_covered(memorandum, scope)
    added = [
        Suspension(
            institution_id=actor.institution_id,
            by_competent_body=side is Side.COMPETENT_BODY,
            countries=countries,
            qualification_id=qualification_id,
            reason=reason,
            suspended_at=at,
        )
        for qualification_id in _each(scope)
    ]
    kept = [one for one in memorandum.suspensions if not any(_is_same(one, other) for other in added)]
    suspended = replace(suspended, suspensions=(*kept, *added))
    fact = said.step(
        MemorandumSuspended, suspended, institutions, actor.institution_id, at.date(), qualification_ids=scope
    )
    return Taken(suspended, entry(suspended, command, actor, at, reason), [fact])


def resume(memorandum: Memorandum, actor: Actor, scope: Scope, institutions: Institutions, at: datetime) -> Taken:
    """Lift what the side may lift; it is said only of what nobody holds suspended any more."""
    command = Command.RESUME if scope is None else Command.RESUME_QUALIFICATIONS
    resumed, _ = move(memorandum, command, actor, at)
    _check_suspended(memorandum, scope)
    wanted = set(_each(scope))
    lifted = [one for one in memorandum.suspensions if one.qualification_id in wanted and _may_lift(one, actor)]
    if {one.qualification_id for one in lifted} != wanted:
        raise Forbidden("Only the side that suspended it, or a competent body of its country, may resume it.")
    resumed = settled(replace(resumed, suspensions=tuple(one for one in memorandum.suspensions if one not in lifted)))
    freed = [qualification_id for qualification_id in _each(scope) if not resumed.is_suspended(qualification_id)]
    ids = None if scope is None else tuple(one for one in freed if one)
    by_id, line = actor.institution_id, entry(resumed, command, actor, at)
    if not freed:
        return Taken(resumed, line)
    fact = said.step(MemorandumResumed, resumed, institutions, by_id, at.date(), qualification_ids=ids)
    return Taken(resumed, line, [fact])


def without_those_of_who_left(
    memorandum: Memorandum, actor: Actor, institutions: Institutions, at: datetime
) -> tuple[Memorandum, list[MemorandumResumed]]:
    """Who is no party any more holds nothing suspended, for nobody else could lift it.

    What a competent body holds stays, for it still may. Two resumptions have a version each, by which they are kept.
    """
    parties = memorandum.terms.party_ids
    kept = [one for one in memorandum.suspensions if one.by_competent_body or one.institution_id in parties]
    lifted = {one.qualification_id for one in memorandum.suspensions if one not in kept}
    if not lifted:
        return memorandum, []
    rest = settled(replace(memorandum, state=State.ACTIVE, suspensions=tuple(kept)))
    freed = {one for one in lifted if not rest.is_suspended(one)}
    scopes: list[Scope] = [None] if None in freed else []
    if ids := tuple(sorted(one for one in freed if one)):
        scopes.append(ids)
    resumed = []
    for more, scope in enumerate(scopes):
        rest = replace(rest, version=memorandum.version + more)
        by_id = actor.institution_id
        resumed.append(said.step(MemorandumResumed, rest, institutions, by_id, at.date(), qualification_ids=scope))
    return rest, resumed


def _countries(memorandum: Memorandum, actor: Actor, side: Side, institutions: Institutions) -> tuple[str, ...]:
    """For which the side stands; who was only asked to be a party, or has left, puts nothing in anybody's scope."""
    if side is Side.PARTY:
        return (institutions[actor.institution_id].country,)
    countries = actor.countries & set(countries_of(memorandum.terms.party_ids, institutions))
    if not countries:
        raise Forbidden("None of its parties is of your countries.")
    return tuple(sorted(countries))


def _may_lift(suspension: Suspension, actor: Actor) -> bool:
    is_body = "competent_body" in actor.roles and bool(actor.countries & set(suspension.countries))
    is_same_party = suspension.institution_id == actor.institution_id and "signatory" in actor.roles
    return is_body or (is_same_party and not suspension.by_competent_body)


def _is_same(one: Suspension, other: Suspension) -> bool:
    names = ("institution_id", "by_competent_body", "qualification_id")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _each(scope: Scope) -> Iterable[UUID | None]:
    return (None,) if scope is None else scope


def _check_covered(memorandum: Memorandum, scope: Scope) -> None:
    refuse(
        error(f"/qualification_ids/{place}", "not_covered", "The memorandum does not cover this qualification.")
        for place, qualification_id in enumerate(scope or ())
        if qualification_id not in memorandum.terms.qualification_ids
    )


def _check_suspended(memorandum: Memorandum, scope: Scope) -> None:
    refuse(
        error(
            "/qualification_ids" if scope is None else f"/qualification_ids/{place}",
            "not_suspended",
            "Nobody holds this suspended.",
        )
        for place, qualification_id in enumerate(_each(scope))
        if not memorandum.is_suspended(qualification_id)
    )
