from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.memoranda import Memorandum, State
from services.agreements.domain.memoranda.states import OPEN
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import MEMORANDA
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

MEMORANDUM = TypeAdapter(Memorandum)
ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:parties, 0))")


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


async def find_duplicate(
    tx: AsyncConnection, terms: Terms, principal: Principal, *, besides: UUID, preferred: UUID | None
) -> UUID | None:
    """Another one of the same parties that covers one of the qualifications at the same time and has not ended.

    `preferred` if it is one of them. Drafts are nobody's promise yet. The predecessor that it renews does not count.
    Whoever proposes for these parties waits here, so that two at once do not miss each other.
    """
    await tx.execute(ONE_AT_A_TIME, {"parties": " ".join(sorted(map(str, terms.party_ids)))})
    memoranda, own = MEMORANDA.c, [besides, *([terms.renews_id] if terms.renews_id else [])]
    until = sa.func.least(memoranda.terms["valid_until"].astext, memoranda.notice["terminates_on"].astext)
    select = sa.select(memoranda.id).where(
        visible_memorandum(principal),
        memoranda.id.not_in(own),
        memoranda.state.in_(sorted(OPEN)),
        memoranda.party_ids.contains(terms.party_ids),
        sa.func.jsonb_array_length(memoranda.terms["parties"]) == len(terms.parties),
        _among("$.parties[*].institution_id").contains(_json(terms.party_ids)),
        _among("$.qualifications[*].qualification_id").has_any(sa.cast(_texts(terms.qualification_ids), ARRAY_OF_TEXT)),
        memoranda.terms["valid_from"].astext <= terms.valid_until.isoformat(),
        until >= terms.valid_from.isoformat(),
    )
    found: UUID | None = await tx.scalar(select.order_by(memoranda.id != preferred, memoranda.id).limit(1))
    return found


ARRAY_OF_TEXT = sa.ARRAY(sa.Text)


def _among(path: str) -> sa.ColumnElement[Any]:
    return sa.func.jsonb_path_query_array(MEMORANDA.c.terms, sa.cast(path, JSONPATH), type_=JSONB)


def _texts(ids: Collection[UUID]) -> list[str]:
    return [str(one) for one in ids]


def _json(ids: Collection[UUID]) -> sa.ColumnElement[Any]:
    return sa.cast(_texts(ids), JSONB)


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
