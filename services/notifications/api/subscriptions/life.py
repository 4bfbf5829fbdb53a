"""What becomes of a subscription."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.notifications import handlers
from services.notifications.api.callers import Subscriber
from services.notifications.api.deliveries import DeliveryAnswer, EventType
from services.notifications.api.subscriptions.bodies import NewSecretAnswer, SubscriptionAnswer, with_secret
from services.notifications.domain.deliveries import DeliveryState
from services.notifications.domain.subscriptions import Subscription
from services.notifications.store import Wanted
from shared.bodies import Body, Instant
from shared.entity_tags import IfMatch, created, set_etag
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("subscriptions")


@router.post("/subscriptions/{subscription_id}/verification")
async def verify_subscription(
    subscription_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> SubscriptionAnswer:
    """Have a signed ping sent; once your endpoint answers it with 2xx, the subscription is active.

    The answer here is from before that: read the subscription again. If it stays as it is, its deliveries tell why.
    429 while a ping is under way, and after too many.
    """
    return _answer(response, await handlers.request_verification(tx, caller, subscription_id, version))


@router.post("/subscriptions/{subscription_id}/ping", status_code=201)
async def ping_subscription(
    subscription_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> DeliveryAnswer:
    """Have a signed ping sent to try your endpoint: once, ahead of what waits. Its attempt tells what came of it."""
    queued = await handlers.ping(tx, caller, subscription_id, version)
    created(response, f"/v1/deliveries/{queued.id}", queued.version)
    return DeliveryAnswer.model_validate(queued)


@router.post("/subscriptions/{subscription_id}/pause")
async def pause_subscription(
    subscription_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> SubscriptionAnswer:
    """Have nothing sent until you resume it; what happens meanwhile waits for you."""
    return _answer(response, await handlers.pause(tx, caller, subscription_id, version))


@router.post("/subscriptions/{subscription_id}/resumption")
async def resume_subscription(
    subscription_id: UUID, caller: Subscriber, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> SubscriptionAnswer:
    """Have sent what waited, and what comes."""
    return _answer(response, await handlers.resume(tx, caller, subscription_id, version))


class RotationRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"at_once": True}]})

    at_once: Annotated[
        StrictBool, Field(description="The secrets until now end at once: for one that was stolen, or never arrived")
    ] = False


USUAL_ROTATION = RotationRequest()


@router.post("/subscriptions/{subscription_id}/secret-rotation")
async def rotate_secret(
    subscription_id: UUID,
    caller: Subscriber,
    version: IfMatch,
    request: Request,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
    body: RotationRequest = USUAL_ROTATION,
) -> NewSecretAnswer:
    """Get a new secret. For 24 hours everything is signed with both, so change yours without a hurry.

    Once in that time only, so that the secret before lasts as long as was said (`old_secret_until`); unless `at_once`.
    """
    settings = request.app.state.settings
    rotated, secret = await handlers.rotate_secret(tx, caller, subscription_id, version, settings, at_once=body.at_once)
    set_etag(response, rotated.version)
    return with_secret(rotated, secret)


class RedeliveryRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"states": ["dead_letter"], "since": "2026-09-01T00:00:00Z"}]}
    )

    states: Annotated[
        tuple[DeliveryState, ...],
        Field(max_length=5, description="`dead_letter`, `delivered`; what is under way is left alone anyway"),
    ] = (DeliveryState.DEAD_LETTER,)
    type: EventType | None = None
    since: Annotated[Instant | None, Field(description="Queued first at this time or later")] = None
    until: Annotated[Instant | None, Field(description="Queued first before this time")] = None
    after: Annotated[UUID | None, Field(description="`next` of the answer before; none for the oldest")] = None


class RedeliveryAnswer(BaseModel):
    queued: int = Field(description="Deliveries; at the most 10,000 at once")
    next: UUID | None = Field(description="`after` of the request for the rest; null if there is none")


@router.post("/subscriptions/{subscription_id}/redelivery")
async def redeliver_to_subscription(
    subscription_id: UUID,
    body: RedeliveryRequest,
    caller: Subscriber,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> RedeliveryAnswer:
    """Have everything sent again that is over and fits, with all its attempts; the rest keeps its schedule.

    The oldest first, 10,000 at once: ask for the rest with `next` as `after`. What happened while there was no
    subscription was never queued: read it from `/v1/events`.
    """
    wanted = Wanted(states=body.states, type=body.type, since=body.since, until=body.until, after=body.after)
    subscription, queued = await handlers.redeliver_all(tx, caller, subscription_id, version, wanted)
    set_etag(response, subscription.version)
    return RedeliveryAnswer(queued=queued.number, next=queued.next)


def _answer(response: Response, subscription: Subscription) -> SubscriptionAnswer:
    set_etag(response, subscription.version)
    return SubscriptionAnswer.model_validate(subscription)
