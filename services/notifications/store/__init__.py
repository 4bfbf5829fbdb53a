"""All the SQL of the service; rows to domain values and back; who may see which row."""

from services.notifications.store.attempts import Attempt, list_attempts, record_attempts
from services.notifications.store.deliveries import (
    Claimed,
    claim_due,
    count_dead_letters,
    list_deliveries,
    load_delivery,
    prune_deliveries,
    save_delivery,
)
from services.notifications.store.feed import Addressed, FeedPage, feed_head, prune_feed, read_feed, take_in
from services.notifications.store.subscriptions import (
    add_subscription,
    list_subscriptions,
    load_for_delivery,
    load_subscription,
    save_subscription,
    state_of_subscription,
)

__all__ = [
    "Addressed",
    "Attempt",
    "Claimed",
    "FeedPage",
    "add_subscription",
    "claim_due",
    "count_dead_letters",
    "feed_head",
    "list_attempts",
    "list_deliveries",
    "list_subscriptions",
    "load_delivery",
    "load_for_delivery",
    "load_subscription",
    "prune_deliveries",
    "prune_feed",
    "read_feed",
    "record_attempts",
    "save_delivery",
    "save_subscription",
    "state_of_subscription",
    "take_in",
]
