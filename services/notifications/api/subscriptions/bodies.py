from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer, StrictBool, StringConstraints

from services.notifications.domain.entitlement import Scope
from services.notifications.domain.subscriptions import Subscription, SubscriptionState
from services.notifications.domain.targets import LONGEST
from services.notifications.store import vault
from shared.bodies import NOT_BLANK, Body, CountryCode, ShortText

REPEATABLE: dict[str, JsonValue] = {"uniqueItems": False}
"""To name something twice is to name it; pydantic would document that a set may not."""
Ids = Annotated[frozenset[UUID], PlainSerializer(sorted, return_type=list[UUID])]

EventTypes = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=100)], ...],
    Field(max_length=100, description="See `/v1/event-types`. None named: all that you are entitled to."),
]


class ScopeBody(Body):
    """What you want to hear besides the catalogue and what names your institution; and what of it only."""

    model_config = ConfigDict(from_attributes=True)

    countries: Annotated[
        frozenset[CountryCode],
        PlainSerializer(sorted, return_type=list[CountryCode]),
        Field(
            max_length=60,
            description="For competent bodies: whose recognition decisions to hear, each granted to you before",
            json_schema_extra=REPEATABLE,
        ),
    ] = frozenset()
    institution_ids: Annotated[
        Ids,
        Field(
            max_length=200,
            description="Others whose affairs to hear, each granted to you before",
            json_schema_extra=REPEATABLE,
        ),
    ] = frozenset()
    qualification_ids: Annotated[
        Ids,
        Field(
            max_length=200,
            description="Only facts about these qualifications. None named: about any.",
            json_schema_extra=REPEATABLE,
        ),
    ] = frozenset()
    own_learners: Annotated[
        StrictBool,
        Field(description="Of what names your institution, only what is about your own learners, not guests"),
    ] = False

    def scope(self) -> Scope:
        return Scope(**dict(self))


class SubscriptionChange(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_types": ["acquis.credit.recognised.v1"],
                    "scope": {"own_learners": True},
                    "description": "Student information system",
                }
            ]
        }
    )

    event_types: EventTypes = ()
    scope: ScopeBody = ScopeBody()
    description: ShortText | None = None


class SubscriptionRequest(SubscriptionChange):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://hooks.school.example/acquis",
                    "event_types": ["acquis.credit.recognised.v1"],
                    "scope": {"qualification_ids": [], "own_learners": True},
                    "description": "Student information system",
                    "ordered": False,
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
    ordered: Annotated[
        StrictBool,
        Field(description="First in, first out for each learner: what fails holds up what comes after it about them"),
    ] = False


class SubscriptionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    subscription_id: UUID = Field(validation_alias="id")
    url: str
    event_types: tuple[str, ...]
    scope: ScopeBody
    description: str | None
    ordered: bool
    state: SubscriptionState
    version: int
    created_at: datetime
    failing_since: datetime | None = Field(description="When the first of nothing but failures was")
    old_secret_until: datetime | None = Field(description="Until then the secret before signs too")


class NewSecretAnswer(SubscriptionAnswer):
    secret: Annotated[
        str, Field(description="Signs what is sent to you (Standard Webhooks). It is shown only here: keep it.")
    ]


def with_secret(subscription: Subscription, secret: bytes) -> NewSecretAnswer:
    return NewSecretAnswer.model_validate({**vars(subscription), "secret": vault.written(secret)})
