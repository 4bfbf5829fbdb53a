from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.agreements import handlers, store
from services.agreements.api.contact_bodies import ContactChangeAnswer, SideContactsRequest
from services.agreements.api.learning_agreement_bodies import LearningAgreementAnswer, answer
from shared import clock
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("learning-agreements")


@router.put("/learning-agreements/{learning_agreement_id}/contacts")
async def change_learning_agreement_contacts(
    learning_agreement_id: UUID,
    body: SideContactsRequest,
    caller: Annotated[Principal, allow("coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> LearningAgreementAnswer:
    """Say whom to reach on your side, as home or host: general information, for which nobody signs again.

    Learner, home and host see it; it is in no event, and goes with the learner's other data when they are erased.
    """
    contacts = body.contacts(caller.sub, clock.now())
    return answer(response, await handlers.change_contacts(tx, caller, learning_agreement_id, version, contacts))


@router.get("/learning-agreements/{learning_agreement_id}/contacts/changes")
async def list_learning_agreement_contact_changes(
    learning_agreement_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[ContactChangeAnswer]:
    """Which side gave other contacts, by whom and when, oldest first; for learner, home and host."""
    await store.load_learning_agreement(tx, learning_agreement_id, caller)
    found = await store.list_contact_changes(tx, learning_agreement_id, caller, pager.wanted)
    return pager.page(found.map(ContactChangeAnswer.model_validate))
