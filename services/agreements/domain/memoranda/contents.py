"""What a transition does to the contents that were put to signature, of which a snapshot is kept for life."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.agreements.domain.memoranda.states import LIVING, State
from services.agreements.domain.memoranda.values import Memorandum
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Revision


class Fate(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    """By a content that took its place: a counter-proposal, or an amendment that is in force now."""
    DROPPED = "dropped"
    """Rejected or withdrawn."""


@dataclass(frozen=True)
class Content:
    """One that is newly put to signature, and the one that it would take the place of."""

    revision: Revision
    terms: Terms
    instead_of: tuple[Revision, Terms] | None


def put_to_signature(before: Memorandum, after: Memorandum) -> Content | None:
    if before.state is State.DRAFT and after.state is State.PROPOSED:
        return Content(after.revision, after.terms, None)
    if after.contents == before.contents:
        return None
    replaced = (before.revision, before.terms)
    if after.amendment:
        return Content(after.amendment.revision, after.amendment.terms, replaced)
    return Content(after.revision, after.terms, replaced)


def fates(before: Memorandum, after: Memorandum) -> Iterator[tuple[int, Fate]]:
    """By the numbers of the contents."""
    if before.revision != after.revision and before.state is not State.DRAFT:
        yield before.revision.number, Fate.SUPERSEDED
    if after.state in LIVING and (before.state not in LIVING or before.revision != after.revision):
        yield after.revision.number, Fate.IN_FORCE
    if after.state in {State.REJECTED, State.WITHDRAWN}:
        yield after.revision.number, Fate.DROPPED
    if before.amendment and not after.amendment and before.amendment.revision != after.revision:
        yield before.amendment.revision.number, Fate.DROPPED
