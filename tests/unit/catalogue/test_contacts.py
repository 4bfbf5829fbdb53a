from uuid import uuid4

import pytest

from services.catalogue.api.contacts import EXAMPLE, ContactsRequest
from services.catalogue.domain.contacts import Contact, ContactKind, InstitutionContacts, give, none_yet
from shared.problems import Validation
from tests.support.builders.catalogue_aggregates import institution

OFFICE = Contact(kind=ContactKind.GENERAL, web="https://marsa.example")


def test_contacts_are_replaced_as_a_whole_and_count_on():
    first = give(none_yet(institution()), (OFFICE,))
    assert (first.version, first.contacts) == (1, (OFFICE,))
    assert give(first, ()) == InstitutionContacts(
        institution_id=first.institution_id, version=2, country="MT", contacts=()
    )


def test_a_contact_can_be_reached_somehow():
    with pytest.raises(Validation) as refused:
        give(none_yet(institution()), (OFFICE, Contact(kind=ContactKind.SIGNING, name="Maria Borg")))
    assert [error["pointer"] for error in refused.value.members["errors"]] == ["/contacts/1"]


def test_no_personal_data_gets_into_a_log_by_repr():
    body = ContactsRequest.model_validate(EXAMPLE)
    known = InstitutionContacts(institution_id=uuid4(), version=1, country="MT", contacts=body.given())
    (contact,) = EXAMPLE["contacts"]
    for secret in (contact["name"], contact["position"], contact["email"], contact["phone"], contact["info"]["en"]):
        assert secret not in repr(known)
        assert secret not in repr(body)
