"""What the service hears: every published fact."""

from collections.abc import Mapping

from services.notifications import handlers
from shared.contracts.registry import FACTS
from shared.kafka import Handler

SUBSCRIPTIONS: Mapping[str, Handler] = dict.fromkeys(FACTS, handlers.take_in)
