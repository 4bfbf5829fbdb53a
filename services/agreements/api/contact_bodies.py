"""Whom to reach during a stay, as home and host write it down for their own side."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.agreements.api.fields import ANSWER
from services.agreements.domain.contacts import SideContacts
from shared.bodies import Body, EmailAddress, PhoneNumber, ShortText
from shared.contracts.agreements import Side

SIDE_CONTACTS = TypeAdapter(SideContacts)
EXAMPLE: dict[str, Any] = {
    "mentor": {"name": "Demo Mentor", "position": "Technician", "phone": "+39 081 000000"},
    "responsible_person": {"name": "Demo Coordinator", "email": "mobility@school.example"},
    "emergency_contact": {"name": "Duty desk", "phone": "+39 081 000001"},
}


class ContactBody(Body):
    model_config = ConfigDict(from_attributes=True)

    name: ShortText
    position: ShortText | None = None
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None


class SideContactsRequest(Body):
    """All that your side gives, in place of what it gave before."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mentor: ContactBody | None = None
    responsible_person: Annotated[ContactBody | None, Field(description="Who monitors the stay for your side")] = None
    emergency_contact: ContactBody | None = None
    intermediary: Annotated[ContactBody | None, Field(description="Who places the learner")] = None

    def contacts(self, by: str, at: datetime) -> SideContacts:
        return SIDE_CONTACTS.validate_python(self.model_dump() | {"changed_by": by, "changed_at": at})


class SideContactsAnswer(SideContactsRequest):
    model_config = ANSWER

    changed_by: str = Field(description="`sub` of the token")
    changed_at: datetime


class ContactChangeAnswer(BaseModel):
    """That one side gave other contacts; what they were before is not kept."""

    model_config = ANSWER

    version: int = Field(description="Of the agreement, after it")
    side: Side
    changed_by: str = Field(description="`sub` of the token")
    changed_at: datetime


class ContactsAnswer(BaseModel):
    model_config = ANSWER

    home: SideContactsAnswer | None
    host: SideContactsAnswer | None
