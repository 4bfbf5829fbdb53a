from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.notifications import handlers, store
from services.notifications.api.subscriptions import Subscriber
from services.notifications.domain.deliveries import DeliveryState
from shared.entity_tags import IfMatch, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("deliveries")


class DeliveryAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    delivery_id: UUID = Field(validation_alias="id")
    subscription_id: UUID
    event_id: UUID
    type: str
    state: DeliveryState
    failures: int
    next_attempt_at: datetime | None
    created_at: datetime
    version: int


class AttemptAnswer(BaseModel):
    """One POST; `status` is what the endpoint answered, `error` why there was no answer."""

    model_config = ConfigDict(from_attributes=True)

    attempt_id: UUID = Field(validation_alias="id")
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None


@router.get("/deliveries")
async def list_deliveries(
    caller: Subscriber,
    tx: Transaction,
    pager: Paged,
    subscription_id: UUID | None = None,
    state: DeliveryState | None = None,
) -> Page[DeliveryAnswer]:
    found = await store.list_deliveries(tx, caller, pager.wanted, subscription_id=subscription_id, state=state)
    return pager.page(found.map(DeliveryAnswer.model_validate))


@router.get("/deliveries/{delivery_id}")
async def get_delivery(delivery_id: UUID, caller: Subscriber, response: Response, tx: Transaction) -> DeliveryAnswer:
    found = await store.load_delivery(tx, delivery_id, caller)
    set_etag(response, found.version)
    return DeliveryAnswer.model_validate(found)


@router.get("/deliveries/{delivery_id}/attempts")
async def list_attempts(delivery_id: UUID, caller: Subscriber, tx: Transaction, pager: Paged) -> Page[AttemptAnswer]:
    await store.load_delivery(tx, delivery_id, caller)
    found = await store.list_attempts(tx, delivery_id, caller, pager.wanted)
    return pager.page(found.map(AttemptAnswer.model_validate))


@router.post("/deliveries/{delivery_id}/redelivery")
async def redeliver(
    delivery_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> DeliveryAnswer:
    """Send a delivered event or a dead letter again."""
    queued = await handlers.redeliver(tx, caller, delivery_id, version)
    set_etag(response, queued.version)
    return DeliveryAnswer.model_validate(queued)
