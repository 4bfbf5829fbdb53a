"""Rows that say who listens and whom an event concerns, as the rule of entitlement wants them."""

from typing import Any

from services.notifications.domain.audience import Audience
from services.notifications.domain.entitlement import Listener, Scope
from services.notifications.store.grants import GRANTED, reach_of

LISTENER = f"""
    subscription.owner_id, subscription.event_types, subscription.countries, subscription.qualification_ids,
    subscription.institution_ids, subscription.own_learners, {GRANTED} AS granted
"""
"""The columns of `subscriptions AS subscription` that `listener` reads."""


def listener(row: Any) -> Listener:
    return Listener(row.owner_id, frozenset(row.event_types), scope(row), reach_of(row.granted))


def scope(row: Any) -> Scope:
    return Scope(
        frozenset(row.countries), frozenset(row.qualification_ids), frozenset(row.institution_ids), row.own_learners
    )


def audience(row: Any) -> Audience:
    """Of a row with `concerned` for the feed's institutions, its country, qualification and home."""
    return Audience(row.everyone, frozenset(row.concerned), row.country, row.qualification_id, row.home_id)
