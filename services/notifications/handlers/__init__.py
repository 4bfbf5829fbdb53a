"""The use cases."""

from services.notifications.handlers.deliveries import disable_gone, redeliver
from services.notifications.handlers.events import take_in
from services.notifications.handlers.subscriptions import Wish, delete_subscription, subscribe

__all__ = ["Wish", "delete_subscription", "disable_gone", "redeliver", "subscribe", "take_in"]
