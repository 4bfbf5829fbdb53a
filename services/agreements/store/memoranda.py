from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.memoranda import Memorandum, State
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Revision
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import MEMORANDA, MEMORANDUM_VERSIONS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

MEMORANDUM = TypeAdapter(Memorandum)
TERMS = TypeAdapter(Terms)


@dataclass(frozen=True)
class MemorandumVersion:
    """The immutable snapshot of what was put to signature."""

    revision: Revision
    terms: Terms
    proposed_by: UUID
    proposed_at: datetime


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """To its parties, but a draft only to who wrote it (domain.md 3.1).

    `contains` says the same of the parties once more, in the form that the index answers.
    """
    party = sa.and_(
        visible_to(principal, sa.any_(MEMORANDA.c.party_ids)), MEMORANDA.c.party_ids.contains([principal.org])
    )
    return sa.and_(party, sa.or_(MEMORANDA.c.state != State.DRAFT, MEMORANDA.c.drafted_by == principal.org))


async def load_memorandum(
    tx: AsyncConnection, memorandum_id: UUID, principal: Principal, *, for_update: bool = False
) -> Memorandum:
    select = sa.select(MEMORANDA).where(MEMORANDA.c.id == memorandum_id, _visible(principal))
    return _memorandum(await rows.only(tx, select.with_for_update() if for_update else select))


async def list_memoranda(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, *, state: State | None
) -> Slice[Memorandum]:
    select = sa.select(MEMORANDA).where(_visible(principal))
    if state is not None:
        select = select.where(MEMORANDA.c.state == state)
    return (await paging.fetch(tx, select, wanted, MEMORANDA.c.id)).map(_memorandum)


async def add_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    await tx.execute(sa.insert(MEMORANDA).values(_row(memorandum)))


async def save_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    await rows.replace(tx, MEMORANDA, _row(memorandum))


async def delete_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    await tx.execute(sa.delete(MEMORANDA).where(MEMORANDA.c.id == memorandum.id))


async def add_version(tx: AsyncConnection, memorandum: Memorandum, proposed_by: UUID, proposed_at: datetime) -> None:
    """Snapshot the revision that is put to signature, for life."""
    await tx.execute(
        sa.insert(MEMORANDUM_VERSIONS).values(
            memorandum_id=memorandum.id,
            **columns_of(memorandum.revision),
            terms=to_jsonable_python(memorandum.terms),
            proposed_by=proposed_by,
            proposed_at=proposed_at,
        )
    )


async def list_versions(
    tx: AsyncConnection, memorandum_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[MemorandumVersion]:
    """The snapshots, oldest first; `NotFound` if the memorandum is not the caller's to see."""
    await load_memorandum(tx, memorandum_id, principal)
    versions = MEMORANDUM_VERSIONS.c
    select = sa.select(MEMORANDUM_VERSIONS).where(versions.memorandum_id == memorandum_id)
    return (await paging.fetch(tx, select, wanted, versions.content_version)).map(_version)


def _version(row: sa.Row[Any]) -> MemorandumVersion:
    return MemorandumVersion(revision_of(row), TERMS.validate_python(row.terms), row.proposed_by, row.proposed_at)


def _memorandum(row: sa.Row[Any]) -> Memorandum:
    return MEMORANDUM.validate_python({**row._asdict(), "revision": revision_of(row)})


def _row(memorandum: Memorandum) -> dict[str, Any]:
    return {
        "id": memorandum.id,
        "version": memorandum.version,
        "state": memorandum.state,
        "drafted_by": memorandum.drafted_by,
        "party_ids": memorandum.terms.party_ids,
        "terms": to_jsonable_python(memorandum.terms),
        "codes": to_jsonable_python(memorandum.codes),
        **columns_of(memorandum.revision),
        "approvals": to_jsonable_python(memorandum.approvals),
        "ending": to_jsonable_python(memorandum.ending),
    }
