from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response, status
from pydantic import Field

from services.recognition import handlers, store
from services.recognition.domain.checkpoints import Checkpoint, Proof
from shared.auth import Caller, Principal, allow
from shared.entity_tags import created, set_etag
from shared.paging import Page, Paged
from shared.problems import WrongState
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("ledger")

AT_MOST = Field(ge=1, le=2**31 - 1)
UNCHANGED: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {"model": Checkpoint, "description": "The latest one: nothing has changed since"}
}


@router.post("/ledger/checkpoints", status_code=status.HTTP_201_CREATED, responses=UNCHANGED)
async def take_ledger_checkpoint(
    _caller: Annotated[Principal, allow("operator")], response: Response, tx: Transaction, _: IdempotencyKey
) -> Checkpoint:
    """An operator keeps and publishes how all chains end now, without waiting for the hour."""
    if taken := await handlers.take_checkpoint(tx):
        created(response, f"/v1/ledger/checkpoints/{taken.number}", version=1)
        return taken
    latest = await store.find_checkpoint(tx, None)
    if latest is None:
        raise WrongState("empty", (), "There is nothing in the ledger yet.")
    response.status_code = status.HTTP_200_OK
    set_etag(response, version=1)
    return latest


@router.get("/ledger/checkpoints")
async def list_ledger_checkpoints(_caller: Caller, tx: Transaction, pager: Paged) -> Page[Checkpoint]:
    """For everybody, oldest first: they say nothing about anyone, and prove what stood in the ledger."""
    return pager.page(await store.list_checkpoints(tx, pager.wanted))


@router.get("/ledger/checkpoints/{number}")
async def get_ledger_checkpoint(
    number: Annotated[int, Path(), AT_MOST], _caller: Caller, response: Response, tx: Transaction
) -> Checkpoint:
    checkpoint, _ = await store.load_checkpoint(tx, number)
    set_etag(response, version=1)
    return checkpoint


@router.get("/ledger/{learner_id}/proof")
async def get_ledger_proof(
    learner_id: UUID,
    caller: Caller,
    tx: Transaction,
    checkpoint: Annotated[int | None, Query(description="Its number; none for the latest"), AT_MOST] = None,
) -> Proof:
    """That the learner's chain ended so when the checkpoint was taken.

    For whoever may see the entry that it ended with. docs/ledger.md says how to check it, and has a program that does.
    """
    return await handlers.prove_to(tx, caller, learner_id, checkpoint)
