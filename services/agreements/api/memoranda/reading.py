from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from services.agreements import store
from services.agreements.api.memoranda.callers import answer
from services.agreements.api.memorandum_answers import (
    DiffAnswer,
    HistoryAnswer,
    MemorandumAnswer,
    MemorandumVersionAnswer,
)
from services.agreements.domain.diffs import differences
from services.agreements.domain.memoranda import State
from services.agreements.domain.memorandum_terms import in_order
from shared.auth import Caller
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("memoranda")

ContentVersion = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""In an address, where everything is text; as far as the type `integer` of PostgreSQL counts."""


@router.get("/memoranda")
async def list_memoranda(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    state: Annotated[State | None, Query()] = None,
    party_id: Annotated[UUID | None, Query(description="Only those with this institution too")] = None,
) -> Page[MemorandumAnswer]:
    """Those to which your institution is or was a party; of the drafts, its own.

    For a competent body: all that were ever proposed between parties of which one is of its countries.
    """
    found = await store.list_memoranda(tx, caller, pager.wanted, state=state, party_id=party_id)
    return pager.page(found.map(MemorandumAnswer.of))


@router.get("/memoranda/{memorandum_id}")
async def get_memorandum(memorandum_id: UUID, caller: Caller, response: Response, tx: Transaction) -> MemorandumAnswer:
    """One memorandum, with whether it is in force today, and if not, why."""
    return answer(response, await store.load_memorandum(tx, memorandum_id, caller))


@router.get("/memoranda/{memorandum_id}/versions")
async def list_memorandum_versions(
    memorandum_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[MemorandumVersionAnswer]:
    """Everything that was ever put to signature, oldest first."""
    versions = await store.list_versions(tx, memorandum_id, caller, pager.wanted)
    return pager.page(versions.map(MemorandumVersionAnswer.of))


@router.get("/memoranda/{memorandum_id}/versions/{content_version}")
async def get_memorandum_version(
    memorandum_id: UUID, content_version: ContentVersion, caller: Caller, tx: Transaction
) -> MemorandumVersionAnswer:
    """One content as it was put to signature, kept for life; and what has become of it."""
    return MemorandumVersionAnswer.of(await store.load_version(tx, memorandum_id, content_version, caller))


@router.get("/memoranda/{memorandum_id}/versions/{content_version}/diff")
async def compare_memorandum_versions(
    memorandum_id: UUID,
    content_version: ContentVersion,
    caller: Caller,
    tx: Transaction,
    from_version: Annotated[
        ContentVersion | None,
        Query(alias="from", description="The content to compare it with; usually the one whose place it was to take"),
    ] = None,
) -> DiffAnswer:
    """What differs in this content from another one, place by place, with before and after.

    The first content took the place of none: without `from` there is nothing to compare it with, and no difference.
    """
    after = await store.load_version(tx, memorandum_id, content_version, caller)
    number = from_version or after.changed_from
    if number is None:
        return DiffAnswer(from_version=None, to_version=content_version, differences=[])
    before = await store.load_version(tx, memorandum_id, number, caller)
    found = differences(in_order(before.terms), in_order(after.terms))
    return DiffAnswer(from_version=number, to_version=content_version, differences=found)


@router.get("/memoranda/{memorandum_id}/history")
async def list_memorandum_history(
    memorandum_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[HistoryAnswer]:
    """Each transition, oldest first: who took it, for which institution, when, and why."""
    history = await store.list_history(tx, memorandum_id, caller, pager.wanted)
    return pager.page(history.map(HistoryAnswer.of))
