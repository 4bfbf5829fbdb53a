"""The use cases."""

from services.notifications.handlers.contacts import name_contact
from services.notifications.handlers.deliveries import redeliver, redeliver_all
from services.notifications.handlers.endpoints import end_what_only_fails, note_outcomes, tells_of_its_subscription
from services.notifications.handlers.events import take_in
from services.notifications.handlers.grants import change_grant, grant_scope, withdraw_grant
from services.notifications.handlers.notices import take_in_and_notify
from services.notifications.handlers.subscriptions import (
    Wish,
    change_subscription,
    delete_subscription,
    pause,
    ping,
    request_verification,
    resume,
    rotate_secret,
    subscribe,
)

__all__ = [
    "Wish",
    "change_grant",
    "change_subscription",
    "delete_subscription",
    "end_what_only_fails",
    "grant_scope",
    "name_contact",
    "note_outcomes",
    "pause",
    "ping",
    "redeliver",
    "redeliver_all",
    "request_verification",
    "resume",
    "rotate_secret",
    "subscribe",
    "take_in",
    "take_in_and_notify",
    "tells_of_its_subscription",
    "withdraw_grant",
]
