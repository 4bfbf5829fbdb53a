from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.recognition import store
from shared.auth import Caller
from shared.contracts.recognition import CreditRecognised
from shared.entity_tags import set_etag
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("credits")


@router.get("/credits")
async def list_credits(
    caller: Caller, tx: Transaction, pager: Paged, learner_id: Annotated[UUID | None, Query()] = None
) -> Page[CreditRecognised]:
    """A learner's own; for others those that their institution, or one in their country, recognised."""
    return pager.page(await store.list_credits(tx, caller, pager.wanted, learner_id))


@router.get("/credits/{credit_id}")
async def get_credit(credit_id: UUID, caller: Caller, response: Response, tx: Transaction) -> CreditRecognised:
    """What counts, in the words of the fact that said so."""
    found = await store.load_credit(tx, credit_id, caller)
    set_etag(response, found.version)
    return found
