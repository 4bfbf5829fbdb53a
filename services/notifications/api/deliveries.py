from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notifications import handlers, store
from services.notifications.api.callers import Subscriber
from services.notifications.domain.answers import why
from services.notifications.domain.deliveries import DeliveryState, Reason
from services.notifications.store import Wanted
from shared.bodies import Instant
from shared.entity_tags import IfMatch, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("deliveries")

EventType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,100}$")]


class DeliveryAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    delivery_id: UUID = Field(validation_alias="id")
    subscription_id: UUID
    event_id: UUID
    type: str
    state: DeliveryState
    reason: Reason | None = Field(description="Why it is a dead letter")
    failures: int
    next_attempt_at: datetime | None
    created_at: datetime
    version: int


class AttemptRequestAnswer(BaseModel):
    """What was sent, beside the event itself: `/v1/events` has its bytes."""

    url: str | None
    webhook_id: UUID
    webhook_timestamp: int
    webhook_signature: str | None = Field(description="None if nothing was sent")


class AttemptAnswer(BaseModel):
    """One POST; `status` is what the endpoint answered, `error` what happened instead."""

    attempt_id: UUID
    at: datetime
    duration_ms: int
    request: AttemptRequestAnswer
    status: int | None
    response: str | None = Field(description="The beginning of the answer's body, as text")
    error: str | None
    why: str | None = Field(description="What it means, and what to do; null for a success")


def _wanted(
    subscription_id: UUID | None = None,
    state: DeliveryState | None = None,
    type: Annotated[EventType | None, Query()] = None,  # noqa: A002 - what CloudEvents calls it
    event_id: UUID | None = None,
    since: Annotated[Instant | None, Query(description="Queued first at this time or later")] = None,
    until: Annotated[Instant | None, Query(description="Queued first before this time")] = None,
) -> Wanted:
    return Wanted(subscription_id, (state,) if state else (), type, event_id, since, until)


@router.get("/deliveries")
async def list_deliveries(
    caller: Subscriber, tx: Transaction, pager: Paged, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[DeliveryAnswer]:
    """What is on its way, arrived or given up: `state=dead_letter`, each with its reason."""
    found = await store.list_deliveries(tx, caller, pager.wanted, wanted)
    return pager.page(found.map(DeliveryAnswer.model_validate))


@router.get("/deliveries/{delivery_id}")
async def get_delivery(delivery_id: UUID, caller: Subscriber, response: Response, tx: Transaction) -> DeliveryAnswer:
    found = await store.load_delivery(tx, delivery_id, caller)
    set_etag(response, found.version)
    return DeliveryAnswer.model_validate(found)


@router.get("/deliveries/{delivery_id}/attempts")
async def list_attempts(delivery_id: UUID, caller: Subscriber, tx: Transaction, pager: Paged) -> Page[AttemptAnswer]:
    """What was sent, what came back and why, oldest first."""
    delivery = await store.load_delivery(tx, delivery_id, caller)
    found = await store.list_attempts(tx, delivery_id, caller, pager.wanted)
    return pager.page(found.map(lambda row: _attempt(row, delivery.event_id)))


@router.post("/deliveries/{delivery_id}/redelivery")
async def redeliver(
    delivery_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> DeliveryAnswer:
    """Send a delivered event or a dead letter again."""
    queued = await handlers.redeliver(tx, caller, delivery_id, version)
    set_etag(response, queued.version)
    return DeliveryAnswer.model_validate(queued)


def _attempt(row: sa.Row[Any], event_id: UUID) -> AttemptAnswer:
    sent = AttemptRequestAnswer(
        url=row.url,
        webhook_id=event_id,
        webhook_timestamp=int(row.at.timestamp()),
        webhook_signature=row.signature,
    )
    return AttemptAnswer(
        attempt_id=row.id,
        at=row.at,
        duration_ms=row.duration_ms,
        request=sent,
        status=row.status,
        response=row.response,
        error=row.error,
        why=why(row.status, row.error),
    )
