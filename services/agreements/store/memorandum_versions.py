"""Snapshots of everything that was put to signature, for life; only what became of them is written later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.diffs import Difference
from services.agreements.domain.memoranda import Approval
from services.agreements.domain.memoranda.contents import Fate
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Revision
from services.agreements.store.memoranda import load_memorandum
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import MEMORANDUM_VERSIONS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice

FATE_COLUMNS = {Fate.IN_FORCE: "in_force_at", Fate.SUPERSEDED: "superseded_at", Fate.DROPPED: "dropped_at"}


@dataclass(frozen=True, kw_only=True)
class MemorandumVersion:
    """The immutable snapshot of what was put to signature, and what became of it."""

    revision: Revision
    terms: Terms
    proposed_by: UUID
    proposed_at: datetime
    changed_from: int | None = None
    """The content that it was to take the place of."""
    changes: tuple[Difference, ...] | None = None
    """Against that one."""
    approvals: tuple[Approval, ...] | None = None
    """By which it came into force."""
    in_force_at: datetime | None = None
    superseded_at: datetime | None = None
    dropped_at: datetime | None = None


VERSION = TypeAdapter(MemorandumVersion)


async def add_version(tx: AsyncConnection, memorandum_id: UUID, version: MemorandumVersion) -> None:
    await tx.execute(
        sa.insert(MEMORANDUM_VERSIONS).values(
            memorandum_id=memorandum_id,
            **columns_of(version.revision),
            terms=to_jsonable_python(version.terms),
            proposed_by=version.proposed_by,
            proposed_at=version.proposed_at,
            changed_from=version.changed_from,
            changes=to_jsonable_python(version.changes),
        )
    )


async def mark_version(
    tx: AsyncConnection,
    memorandum_id: UUID,
    content_version: int,
    fate: Fate,
    at: datetime,
    approvals: tuple[Approval, ...] = (),
) -> None:
    """Write down what has become of it; with `IN_FORCE` by whose approvals."""
    versions, became = MEMORANDUM_VERSIONS.c, {FATE_COLUMNS[fate]: at}
    if fate is Fate.IN_FORCE:
        became["approvals"] = to_jsonable_python(approvals)
    this = sa.and_(versions.memorandum_id == memorandum_id, versions.content_version == content_version)
    await tx.execute(sa.update(MEMORANDUM_VERSIONS).where(this).values(became))


async def list_versions(
    tx: AsyncConnection, memorandum_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[MemorandumVersion]:
    """Oldest first; `NotFound` if the memorandum is not the caller's to see."""
    await load_memorandum(tx, memorandum_id, principal)
    versions = MEMORANDUM_VERSIONS.c
    select = sa.select(MEMORANDUM_VERSIONS).where(versions.memorandum_id == memorandum_id)
    return (await paging.fetch(tx, select, wanted, versions.content_version)).map(_version)


async def load_version(
    tx: AsyncConnection, memorandum_id: UUID, content_version: int, principal: Principal
) -> MemorandumVersion:
    await load_memorandum(tx, memorandum_id, principal)
    versions = MEMORANDUM_VERSIONS.c
    this = sa.and_(versions.memorandum_id == memorandum_id, versions.content_version == content_version)
    return _version(await rows.only(tx, sa.select(MEMORANDUM_VERSIONS).where(this)))


def _version(row: sa.Row[Any]) -> MemorandumVersion:
    return VERSION.validate_python({**row._asdict(), "revision": revision_of(row)})
