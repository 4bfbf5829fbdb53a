"""Who may hear what: the one rule for webhooks, the feed and the stream (domain.md 3.6).

It is asked when something is queued and again when it is sent, so that narrowing and withdrawing act at once.
"""

from dataclasses import dataclass, field
from uuid import UUID

from services.notifications.domain.audience import Audience


@dataclass(frozen=True)
class Scope:
    """What is asked for, besides the catalogue and the owner's own affairs.

    `countries` are those whose decisions a competent body wants to hear, `institution_ids` others whose affairs are
    heard too; both only as far as they are granted. `qualification_ids` and `own_learners` narrow: to facts about
    these qualifications, and the own affairs to those of one's own learners, not of guests.
    """

    countries: frozenset[str] = frozenset()
    qualification_ids: frozenset[UUID] = frozenset()
    institution_ids: frozenset[UUID] = frozenset()
    own_learners: bool = False


@dataclass(frozen=True)
class Reach:
    """What others granted: for an institution or a country, all facts or those about some qualifications."""

    institutions: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    countries: dict[str, frozenset[UUID]] = field(default_factory=dict)


@dataclass(frozen=True)
class Listener:
    """Somebody who wants to hear: the institution, what it asks for, and what it was granted."""

    owner_id: UUID | None
    event_types: frozenset[str]
    """None named: all."""
    scope: Scope
    reach: Reach


def entitled(listener: Listener, type_: str, audience: Audience) -> bool:
    """Whether the listener asks for this fact and may hear it."""
    if listener.event_types and type_ not in listener.event_types:
        return False
    if audience.everyone:
        return True
    return _is_about(listener.scope.qualification_ids, audience) and (
        _own(listener, audience) or _granted(listener, audience)
    )


def _own(listener: Listener, audience: Audience) -> bool:
    if listener.scope.own_learners:
        return audience.home_id is not None and audience.home_id == listener.owner_id
    return listener.owner_id in audience.institution_ids


def _granted(listener: Listener, audience: Audience) -> bool:
    scope, reach = listener.scope, listener.reach
    heard = [
        reach.institutions[one] for one in audience.institution_ids & scope.institution_ids & reach.institutions.keys()
    ]
    if audience.country in scope.countries and audience.country in reach.countries:
        heard.append(reach.countries[audience.country])
    return any(_is_about(qualification_ids, audience) for qualification_ids in heard)


def _is_about(qualification_ids: frozenset[UUID], audience: Audience) -> bool:
    return not qualification_ids or audience.qualification_id in qualification_ids


def reader(owner_id: UUID | None, reach: Reach) -> Listener:
    """Who reads the feed itself: everything that the institution may hear."""
    scope = Scope(frozenset(reach.countries), institution_ids=frozenset(reach.institutions))
    return Listener(owner_id, frozenset(), scope, reach)
