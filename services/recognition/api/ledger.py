from uuid import UUID

from pydantic import BaseModel, Field

from services.recognition import store
from services.recognition.domain.ledger import LinkedEntry
from shared.auth import Caller
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("ledger")


class HeadAnswer(BaseModel):
    """The last entry of all pages: whoever keeps it can prove later that nothing before it was changed."""

    position: int
    hash: str


class LedgerPage(Page[LinkedEntry]):
    head: HeadAnswer = Field(description="The end of the chain, as far as you may see it")


@router.get("/ledger/{learner_id}")
async def get_ledger(learner_id: UUID, caller: Caller, tx: Transaction, pager: Paged) -> LedgerPage:
    """The learner's chain of entries, oldest first. Each hash covers its entry and the hash before it."""
    found, last = await store.load_ledger(tx, learner_id, caller, pager.wanted)
    page = pager.page(found)
    return LedgerPage(items=page.items, next=page.next, head=HeadAnswer(position=last.position, hash=last.hash))
