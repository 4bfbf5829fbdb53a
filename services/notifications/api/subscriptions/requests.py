"""What a subscriber asks for."""

from uuid import UUID

from fastapi import Request, Response

from services.notifications import handlers, store
from services.notifications.api.callers import Subscriber
from services.notifications.api.subscriptions.bodies import (
    NewSecretAnswer,
    SubscriptionAnswer,
    SubscriptionChange,
    SubscriptionRequest,
    with_secret,
)
from services.notifications.handlers import Wish
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("subscriptions")


@router.post("/subscriptions", status_code=201)
async def create_subscription(
    body: SubscriptionRequest,
    caller: Subscriber,
    request: Request,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> NewSecretAnswer:
    """Have events sent to you as signed webhooks.

    Give the secret to your endpoint, then ask for its verification: nothing is sent before. Countries and other
    institutions have to be granted to you first (`/v1/scope-grants`).
    """
    wish = Wish(body.url, body.event_types, body.scope.scope(), body.description, body.ordered)
    made, secret = await handlers.subscribe(tx, caller, wish, request.app.state.settings)
    created(response, f"/v1/subscriptions/{made.id}", made.version)
    return with_secret(made, secret)


@router.get("/subscriptions")
async def list_subscriptions(caller: Subscriber, tx: Transaction, pager: Paged) -> Page[SubscriptionAnswer]:
    found = await store.list_subscriptions(tx, caller, pager.wanted)
    return pager.page(found.map(SubscriptionAnswer.model_validate))


@router.get("/subscriptions/{subscription_id}")
async def get_subscription(
    subscription_id: UUID, caller: Subscriber, response: Response, tx: Transaction
) -> SubscriptionAnswer:
    found = await store.load_subscription(tx, subscription_id, caller)
    set_etag(response, found.version)
    return SubscriptionAnswer.model_validate(found)


@router.put("/subscriptions/{subscription_id}")
async def change_subscription(
    subscription_id: UUID,
    body: SubscriptionChange,
    caller: Subscriber,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> SubscriptionAnswer:
    """Ask for something else from now on. What is queued and no longer asked for is not sent any more."""
    asked = (body.event_types, body.scope.scope(), body.description)
    changed = await handlers.change_subscription(tx, caller, subscription_id, version, *asked)
    set_etag(response, changed.version)
    return SubscriptionAnswer.model_validate(changed)


@router.delete("/subscriptions/{subscription_id}", status_code=204)
async def delete_subscription(subscription_id: UUID, caller: Subscriber, version: IfMatch, tx: Transaction) -> None:
    """Nothing more is sent, not even what is queued."""
    await handlers.delete_subscription(tx, caller, subscription_id, version)
