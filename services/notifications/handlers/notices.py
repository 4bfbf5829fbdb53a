from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain.notices import occasion
from services.notifications.handlers.events import take_in
from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing
from shared.envelope import Event


async def take_in_and_notify(
    tx: AsyncConnection, events: Sequence[Event[SubscriptionFailing | SubscriptionDisabled]]
) -> None:
    """What concerns a subscription itself is also written to its contact: its webhooks may be what does not work."""
    await take_in(tx, events)
    await store.add_notices(
        tx, {event.id: (event.data.subscription_id, occasion(event.data, event.time)) for event in events}
    )
