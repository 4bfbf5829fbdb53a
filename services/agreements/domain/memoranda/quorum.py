"""Whose approval a change takes."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.agreements.domain.memorandum_terms import Terms, in_order
from shared.canonical import canonical_json


def quorum(before: Terms, after: Terms) -> frozenset[UUID]:
    """Whose approval it takes to come from the one to the other (domain.md 3.1, multi-party).

    Everybody's, those who come and those who go included; but where entries of qualifications are all that changes,
    the signatories named for these, before and after.
    """
    everybody = frozenset([*before.party_ids, *after.party_ids])
    if in_order(replace(before, qualifications=())) != in_order(replace(after, qualifications=())):
        return everybody
    changed = _entries(before) ^ _entries(after)
    if not changed:
        return everybody
    named: Collection[frozenset[UUID]] = [
        everybody if entry.signatory_ids is None else frozenset(entry.signatory_ids)
        for entry in [*in_order(before).qualifications, *in_order(after).qualifications]
        if canonical_json(entry) in changed
    ]
    return frozenset().union(*named)


def _entries(terms: Terms) -> set[bytes]:
    return {canonical_json(entry) for entry in in_order(terms).qualifications}
