"""What the service hears: every published fact."""

from collections.abc import Mapping

from services.notifications import handlers
from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing
from shared.contracts.registry import FACTS
from shared.kafka import Handler

NOTICED = (SubscriptionFailing.DECLARED.type, SubscriptionDisabled.DECLARED.type)

SUBSCRIPTIONS: Mapping[str, Handler] = {
    **dict.fromkeys(FACTS, handlers.take_in),
    **dict.fromkeys(NOTICED, handlers.take_in_and_notify),
}
