"""All the SQL of the service; rows to domain values and back; who may see which row."""

from services.notifications.store.attempts import Attempt, keep_attempts, list_attempts, record_attempts
from services.notifications.store.claims import Claimed, Shares, claim_due, is_still_wanted
from services.notifications.store.contacts import forget_contacts, load_contact, save_contact
from services.notifications.store.deliveries import (
    QueuedAgain,
    Wanted,
    add_ping,
    count_dead_letters,
    has_ping_under_way,
    list_deliveries,
    load_delivery,
    prune_deliveries,
    queue_again,
    save_delivery,
)
from services.notifications.store.feed import (
    FeedEntry,
    FeedPage,
    Stretch,
    forgotten_until,
    next_stretch,
    prune_feed,
    read_feed,
)
from services.notifications.store.grants import add_grant, list_grants, load_grant, load_reach, save_grant
from services.notifications.store.health import (
    failing_for,
    lock_health,
    lock_subscriptions,
    mark_warned,
    save_health,
)
from services.notifications.store.notices import (
    ClaimedNotice,
    add_notices,
    claim_notices,
    prune_notices,
    settle_notice,
)
from services.notifications.store.public_topic import Public, hold_position, read_public, save_position
from services.notifications.store.recent import Hours, count_by_hour
from services.notifications.store.resealing import SEALED, next_sealed, save_resealed
from services.notifications.store.subscriptions import (
    add_subscription,
    count_subscriptions,
    list_subscriptions,
    load_subscription,
    save_subscription,
    state_of_subscription,
)
from services.notifications.store.taking_in import Addressed, take_in

__all__ = [
    "SEALED",
    "Addressed",
    "Attempt",
    "Claimed",
    "ClaimedNotice",
    "FeedEntry",
    "FeedPage",
    "Hours",
    "Public",
    "QueuedAgain",
    "Shares",
    "Stretch",
    "Wanted",
    "add_grant",
    "add_notices",
    "add_ping",
    "add_subscription",
    "claim_due",
    "claim_notices",
    "count_by_hour",
    "count_dead_letters",
    "count_subscriptions",
    "failing_for",
    "forget_contacts",
    "forgotten_until",
    "has_ping_under_way",
    "hold_position",
    "is_still_wanted",
    "keep_attempts",
    "list_attempts",
    "list_deliveries",
    "list_grants",
    "list_subscriptions",
    "load_contact",
    "load_delivery",
    "load_grant",
    "load_reach",
    "load_subscription",
    "lock_health",
    "lock_subscriptions",
    "mark_warned",
    "next_sealed",
    "next_stretch",
    "prune_deliveries",
    "prune_feed",
    "prune_notices",
    "queue_again",
    "read_feed",
    "read_public",
    "record_attempts",
    "save_contact",
    "save_delivery",
    "save_grant",
    "save_health",
    "save_position",
    "save_resealed",
    "save_subscription",
    "settle_notice",
    "state_of_subscription",
    "take_in",
]
