from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import ConfigDict, Field, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER
from services.catalogue.domain.contacts import Contact, ContactKind
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, EmailAddress, LanguageMap, PhoneNumber, ShortText, WebAddress
from shared.entity_tags import IfMatch, set_etag
from shared.web import Transaction, api_router

router = api_router("institutions")
CONTACTS = TypeAdapter(tuple[Contact, ...])

EXAMPLE: dict[str, Any] = {
    "contacts": [
        {
            "kind": "signing",
            "name": "Maria Borg (demo)",
            "position": "Head of international relations",
            "email": "signing@marsa.example",
            "phone": "+356 2100 0000",
            "web": None,
            "info": {"en": "In the office from Monday to Thursday", "mt": "Fl-uffiċċju mit-Tnejn sal-Ħamis"},
        }
    ]
}


class ContactBody(Body):
    """A person or an office; at least one of email, phone and web."""

    model_config = ConfigDict(from_attributes=True)

    kind: ContactKind
    name: ShortText | None = Field(None, repr=False)
    position: ShortText | None = Field(None, repr=False)
    email: EmailAddress | None = Field(None, repr=False)
    phone: PhoneNumber | None = Field(None, repr=False)
    web: WebAddress | None = Field(None, repr=False)
    info: LanguageMap | None = Field(None, repr=False, description="When and about what to ask")


class ContactsRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    contacts: list[ContactBody] = Field(max_length=50)

    def given(self) -> tuple[Contact, ...]:
        return CONTACTS.validate_python(self.model_dump()["contacts"])


class ContactsAnswer(ContactsRequest):
    model_config = ANSWER

    institution_id: UUID
    version: int


@router.get("/institutions/{institution_id}/contacts")
async def get_contacts(institution_id: UUID, _: Caller, response: Response, tx: Transaction) -> ContactsAnswer:
    """Whom to ask there: for everybody who has signed in. Empty, with version 0, as long as nobody has given any."""
    contacts = await store.load_contacts(tx, institution_id)
    set_etag(response, contacts.version)
    return ContactsAnswer.model_validate(contacts)


@router.put("/institutions/{institution_id}/contacts")
async def give_contacts(
    institution_id: UUID,
    body: ContactsRequest,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> ContactsAnswer:
    """Replace the contacts of your institution, or of one of the country whose competent body you are.

    They are general information: nothing has to be approved again. What was there before is forgotten.
    """
    contacts = await handlers.give_contacts(tx, caller, institution_id, version, body.given())
    set_etag(response, contacts.version)
    return ContactsAnswer.model_validate(contacts)
