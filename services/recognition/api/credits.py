from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.recognition import store
from services.recognition.domain.history import CreditState, KeptCredit
from shared.auth import Caller
from shared.entity_tags import set_etag
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("credits")


@router.get("/credits")
async def list_credits(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    learner_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[CreditState | None, Query(description="`active`: what counts")] = None,
) -> Page[KeptCredit]:
    """A learner's own; for others those that their institution, or one in their country, recognised.

    What has expired or was revoked stays on the list, and says so.
    """
    return pager.page(await store.list_credits(tx, caller, pager.wanted, learner_id=learner_id, state=state))


@router.get("/credits/{credit_id}")
async def get_credit(credit_id: UUID, caller: Caller, response: Response, tx: Transaction) -> KeptCredit:
    """In the words of the fact that said last what it is worth, and whether it still counts."""
    found = await store.load_credit(tx, credit_id, caller)
    set_etag(response, found.version)
    return found
