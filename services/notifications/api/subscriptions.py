from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer, StringConstraints

from services.notifications import handlers, store
from services.notifications.domain.subscriptions import Scope, SubscriptionState
from services.notifications.domain.targets import LONGEST
from services.notifications.handlers import Wish
from services.notifications.store import vault
from shared.auth import Principal, allow
from shared.bodies import NOT_BLANK, Body, CountryCode, ShortText
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("subscriptions")

REPEATABLE: dict[str, JsonValue] = {"uniqueItems": False}
"""To name something twice is to name it; pydantic would document that a set may not."""

Subscriber = Annotated[Principal, allow("competent_body", "coordinator", "recogniser")]


class ScopeBody(Body):
    model_config = ConfigDict(from_attributes=True)

    countries: Annotated[
        frozenset[CountryCode],
        PlainSerializer(sorted, return_type=list[CountryCode]),
        Field(
            max_length=60,
            description="For competent bodies: whose recognition decisions to hear. None named: all granted to you.",
            json_schema_extra=REPEATABLE,
        ),
    ] = frozenset()
    qualification_ids: Annotated[
        frozenset[UUID],
        PlainSerializer(sorted, return_type=list[UUID]),
        Field(
            max_length=200,
            description="Only facts about these qualifications. None named: about any.",
            json_schema_extra=REPEATABLE,
        ),
    ] = frozenset()


class SubscriptionRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://hooks.school.example/acquis",
                    "event_types": ["acquis.credit.recognised.v1"],
                    "scope": {"countries": ["FR"], "qualification_ids": []},
                    "description": "Student information system",
                }
            ]
        }
    )

    url: Annotated[
        str,
        StringConstraints(min_length=1, max_length=LONGEST),
        NOT_BLANK,
        Field(description="https, port 443 or 8443"),
    ]
    event_types: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=100)], ...],
        Field(max_length=100, description="See `/v1/event-types`. None named: all that you are entitled to."),
    ] = ()
    scope: ScopeBody = ScopeBody()
    description: ShortText | None = None


class SubscriptionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    subscription_id: UUID = Field(validation_alias="id")
    url: str
    event_types: tuple[str, ...]
    scope: ScopeBody
    description: str | None
    state: SubscriptionState
    version: int
    created_at: datetime


class NewSubscriptionAnswer(SubscriptionAnswer):
    secret: Annotated[
        str, Field(description="Signs what is sent to you (Standard Webhooks). It is shown only here: keep it.")
    ]


@router.post("/subscriptions", status_code=201)
async def create_subscription(
    body: SubscriptionRequest,
    caller: Subscriber,
    request: Request,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> NewSubscriptionAnswer:
    """Have events sent to you as signed webhooks."""
    wish = Wish(body.url, body.event_types, Scope(**dict(body.scope)), body.description)
    made, secret = await handlers.subscribe(tx, caller, wish, request.app.state.settings)
    created(response, f"/v1/subscriptions/{made.id}", made.version)
    return NewSubscriptionAnswer.model_validate({**vars(made), "secret": vault.written(secret)})


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


@router.delete("/subscriptions/{subscription_id}", status_code=204)
async def delete_subscription(subscription_id: UUID, caller: Subscriber, version: IfMatch, tx: Transaction) -> None:
    """Nothing more is sent, not even what is queued."""
    await handlers.delete_subscription(tx, caller, subscription_id, version)
