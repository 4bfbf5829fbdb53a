from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notifications import handlers, store
from services.notifications.api.callers import Subscriber
from services.notifications.domain.notices import Contact, Language
from services.notifications.settings import Settings
from services.notifications.store.vault import Vault
from shared.bodies import Body
from shared.entity_tags import IfMatch, set_etag
from shared.web import Transaction, api_router

router = api_router("subscriptions")

LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        # "A valid e-mail address" of the HTML Living Standard, at a name of at least two labels.
        pattern=rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})+$",
    ),
]


class ContactBody(Body):
    email: Annotated[Email, Field(description="Best of a function, not of a person: it is kept until you change it")]
    language: Annotated[Language, Field(description="That of the notices")] = Language.ENGLISH


class ContactRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"contact": {"email": "it-desk@school.example", "language": "fr"}}]}
    )

    contact: Annotated[ContactBody | None, Field(description="None: nobody is written to")]


class ContactAnswer(BaseModel):
    contact: ContactBody | None
    version: int


@router.get("/subscriptions/{subscription_id}/contact")
async def get_contact(
    subscription_id: UUID, caller: Subscriber, request: Request, response: Response, tx: Transaction
) -> ContactAnswer:
    """Who is written to when the endpoint fails; nobody, with version 0, as long as none was named."""
    subscription = await store.load_subscription(tx, subscription_id, caller)
    return _answer(response, await store.load_contact(tx, subscription, caller), _vault(request))


@router.put("/subscriptions/{subscription_id}/contact")
async def name_contact(
    subscription_id: UUID,
    body: ContactRequest,
    caller: Subscriber,
    version: IfMatch,
    request: Request,
    response: Response,
    tx: Transaction,
) -> ContactAnswer:
    """Have somebody told by e-mail when nothing arrives for a day, and when the subscription was disabled."""
    email, language = (body.contact.email, body.contact.language) if body.contact else (None, Language.ENGLISH)
    vault = _vault(request)
    named = await handlers.name_contact(tx, caller, subscription_id, version, email, language, vault)
    return _answer(response, named, vault)


def _answer(response: Response, contact: Contact, vault: Vault) -> ContactAnswer:
    set_etag(response, contact.version)
    if contact.sealed_email is None:
        return ContactAnswer(contact=None, version=contact.version)
    email = vault.opened(contact.sealed_email).decode()
    return ContactAnswer(contact=ContactBody(email=email, language=contact.language), version=contact.version)


def _vault(request: Request) -> Vault:
    settings: Settings = request.app.state.settings
    return settings.vault
