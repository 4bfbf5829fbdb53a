from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.memoranda import Memorandum, State
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import MEMORANDA
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

MEMORANDUM = TypeAdapter(Memorandum)


def visible_memorandum(principal: Principal | None) -> sa.ColumnElement[bool]:
    """To who is or was a party, and to competent bodies of their countries; a draft only to who wrote it.

    (domain.md 3.1.) None as principal is time, which sees all. `contains` says the same of the parties once more, in
    the form that the index answers.
    """
    if principal is None:
        return sa.true()
    memoranda = MEMORANDA.c
    party = sa.and_(visible_to(principal, sa.any_(memoranda.party_ids)), memoranda.party_ids.contains([principal.org]))
    in_scope = visible_to(principal, country=memoranda.countries)
    shown = sa.or_(memoranda.state != State.DRAFT, memoranda.drafted_by == principal.org)
    return sa.and_(sa.or_(party, in_scope), shown)


async def load_memorandum(
    tx: AsyncConnection, memorandum_id: UUID, principal: Principal | None, *, for_update: bool = False
) -> Memorandum:
    select = sa.select(MEMORANDA).where(MEMORANDA.c.id == memorandum_id, visible_memorandum(principal))
    return _memorandum(await rows.only(tx, select.with_for_update() if for_update else select))


async def list_memoranda(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    state: State | None,
    party_id: UUID | None = None,
) -> Slice[Memorandum]:
    select = sa.select(MEMORANDA).where(visible_memorandum(principal))
    if state is not None:
        select = select.where(MEMORANDA.c.state == state)
    if party_id is not None:
        select = select.where(MEMORANDA.c.party_ids.contains([party_id]))
    return (await paging.fetch(tx, select, wanted, MEMORANDA.c.id)).map(_memorandum)


async def add_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    await tx.execute(sa.insert(MEMORANDA).values(_row(memorandum)))


async def save_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    await rows.replace(tx, MEMORANDA, _row(memorandum))


async def delete_memorandum(tx: AsyncConnection, memorandum: Memorandum) -> None:
    """Its history goes with it."""
    await tx.execute(sa.delete(MEMORANDA).where(MEMORANDA.c.id == memorandum.id))


def _memorandum(row: sa.Row[Any]) -> Memorandum:
    """Who drafted it has proposed it, where an earlier version of the service wrote the row."""
    proposed_by = row.proposed_by or row.drafted_by
    return MEMORANDUM.validate_python({**row._asdict(), "revision": revision_of(row), "proposed_by": proposed_by})


PLAIN = ("id", "version", "state", "drafted_by", "proposed_by", "contents")
WHOLE = ("terms", "codes", "approvals", "ending", "amendment", "suspensions", "notice", "general_info", "override")
LISTS = ("party_ids", "countries")


def _row(memorandum: Memorandum) -> dict[str, Any]:
    return {
        **{name: getattr(memorandum, name) for name in PLAIN},
        **{name: list(getattr(memorandum, name)) for name in LISTS},
        **{name: to_jsonable_python(getattr(memorandum, name)) for name in WHOLE},
        **columns_of(memorandum.revision),
    }
