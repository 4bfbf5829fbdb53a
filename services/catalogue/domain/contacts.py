"""Whom to ask at an institution: general information, which nobody has to approve (domain.md 2.7).

Personal data of staff: kept out of `repr`, of events, and replaced without a trace of what was there before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.institutions import Institution
from shared.problems import Error, error, refuse


class ContactKind(StrEnum):
    GENERAL = "general"
    SIGNING = "signing"
    OPERATIONAL = "operational"


@dataclass(frozen=True, kw_only=True)
class Contact:
    kind: ContactKind
    name: str | None = field(default=None, repr=False)
    position: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    web: str | None = field(default=None, repr=False)
    info: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class InstitutionContacts:
    """`version` is 0 as long as nobody has given any."""

    institution_id: UUID
    version: int
    country: str
    contacts: tuple[Contact, ...] = ()


def none_yet(institution: Institution) -> InstitutionContacts:
    return InstitutionContacts(institution_id=institution.institution_id, version=0, country=institution.country)


def give(known: InstitutionContacts, contacts: tuple[Contact, ...]) -> InstitutionContacts:
    refuse(_check_reachable(contacts))
    return replace(known, contacts=contacts, version=known.version + 1)


def _check_reachable(contacts: tuple[Contact, ...]) -> Iterator[Error]:
    for at, contact in enumerate(contacts):
        if not (contact.email or contact.phone or contact.web):
            yield error(f"/contacts/{at}", "unreachable", "Give an email, a phone number or a web address.")
