from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse

from services.notifications import handlers, store
from services.notifications.api.callers import Subscriber
from services.notifications.api.pages.answers import back, page
from services.notifications.domain.answers import why
from services.notifications.domain.deliveries import TRANSITIONS, DeliveryState
from services.notifications.store import Wanted
from shared import clock
from shared.pages.signing_in import Form, pages_router, version_in
from shared.paging import MOST, PageRequest
from shared.transitions import possible
from shared.web import Transaction

router = pages_router()


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    ALL = "all"


LENGTHS = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7)}
ANY: Literal[""] = ""


@router.get("/deliveries")
async def show_deliveries(
    caller: Subscriber,
    request: Request,
    tx: Transaction,
    subscription_id: UUID | Literal[""] = ANY,
    state: DeliveryState | Literal[""] = ANY,
    period: Period = Period.DAY,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> HTMLResponse:
    since = clock.now() - LENGTHS[period] if period in LENGTHS else None
    wanted = Wanted(subscription_id or None, (state,) if state else (), since=since)
    found = await store.list_deliveries(tx, caller, PageRequest(cursor), wanted)
    chosen = {"subscription_id": str(subscription_id), "state": str(state), "period": str(period)}
    return page(
        "deliveries.html",
        request,
        deliveries=found.items,
        chosen=chosen,
        states=list(DeliveryState),
        next=urlencode({**chosen, "cursor": found.next}) if found.next else None,
    )


@router.get("/deliveries/{delivery_id}")
async def show_delivery(delivery_id: UUID, caller: Subscriber, request: Request, tx: Transaction) -> HTMLResponse:
    """One delivery with all its attempts: what was sent, what came back, and why."""
    delivery = await store.load_delivery(tx, delivery_id, caller)
    attempts = await store.list_attempts(tx, delivery_id, caller, PageRequest(limit=MOST))
    return page(
        "delivery.html",
        request,
        delivery=delivery,
        attempts=[(attempt, why(attempt.status, attempt.error)) for attempt in attempts.items],
        possible=possible(TRANSITIONS, delivery.state),
    )


@router.post("/deliveries/{delivery_id}/redelivery")
async def send_again(delivery_id: UUID, caller: Subscriber, tx: Transaction, form: Form) -> Response:
    await handlers.redeliver(tx, caller, delivery_id, version_in(form))
    return back("../" + str(delivery_id), "queued")
