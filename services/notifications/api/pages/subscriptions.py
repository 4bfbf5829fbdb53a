from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.notifications import handlers, store
from services.notifications.api.callers import Subscriber
from services.notifications.api.pages import chart
from services.notifications.api.pages.answers import back, page
from services.notifications.domain.deliveries import DeliveryState
from services.notifications.domain.subscriptions import TRANSITIONS
from services.notifications.store import Wanted
from shared import clock
from shared.pages.signing_in import Form, pages_router, version_in
from shared.paging import PageRequest
from shared.problems import invalid
from shared.transitions import possible
from shared.web import Transaction

router = pages_router()

Cursor = Annotated[str | None, Query(max_length=500)]


@router.get("/")
async def begin() -> Response:
    return RedirectResponse("subscriptions", 303)


@router.get("/subscriptions")
async def show_subscriptions(
    caller: Subscriber, request: Request, tx: Transaction, cursor: Cursor = None
) -> HTMLResponse:
    found = await store.list_subscriptions(tx, caller, PageRequest(cursor))
    return page("subscriptions.html", request, subscriptions=found.items, next=found.next)


@router.get("/subscriptions/{subscription_id}")
async def show_subscription(
    subscription_id: UUID, caller: Subscriber, request: Request, tx: Transaction, after: UUID | None = None
) -> HTMLResponse:
    """How it is, how it did in the last 24 hours, and what can be done about it; `after` some were sent again."""
    subscription = await store.load_subscription(tx, subscription_id, caller)
    contact = await store.load_contact(tx, subscription, caller)
    now = clock.now()
    counted = await store.count_by_hour(tx, subscription_id, caller, chart.begin(now))
    return page(
        "subscription.html",
        request,
        subscription=subscription,
        has_contact=contact.sealed_email is not None,
        possible=possible(TRANSITIONS, subscription.state),
        after=after,
        chart=chart.draw(counted, now),
    )


@router.post("/subscriptions/{subscription_id}/ping")
async def send_test(subscription_id: UUID, caller: Subscriber, tx: Transaction, form: Form) -> Response:
    await handlers.ping(tx, caller, subscription_id, version_in(form))
    return back("../" + str(subscription_id), "tested")


@router.post("/subscriptions/{subscription_id}/verification")
async def verify(subscription_id: UUID, caller: Subscriber, tx: Transaction, form: Form) -> Response:
    await handlers.request_verification(tx, caller, subscription_id, version_in(form))
    return back("../" + str(subscription_id), "asked")


@router.post("/subscriptions/{subscription_id}/redelivery")
async def send_dead_letters_again(subscription_id: UUID, caller: Subscriber, tx: Transaction, form: Form) -> Response:
    dead = Wanted(subscription_id, (DeliveryState.DEAD_LETTER,), after=_after(form))
    _, queued = await handlers.redeliver_all(tx, caller, subscription_id, version_in(form), dead)
    if queued.next:
        return back("../" + str(subscription_id), "rest", after=str(queued.next))
    return back("../" + str(subscription_id), "queued")


def _after(form: dict[str, str]) -> UUID | None:
    """Where the form before ended; `Validation` if it is nowhere."""
    try:
        return UUID(form["after"]) if "after" in form else None
    except ValueError as error:
        raise invalid("after", "missing", "Read the page again and send its form.") from error
