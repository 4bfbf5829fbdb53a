from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain.audience import audience
from services.notifications.store import Addressed
from shared.envelope import Event


async def take_in(tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
    """Put the events into the feed and queue them for whoever is entitled to them."""
    await store.take_in(tx, [Addressed(event, audience(event.data)) for event in events])
