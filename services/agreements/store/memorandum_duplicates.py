"""Memoranda that are like another one (domain.md 3.7, #113)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.memoranda.states import OPEN
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.store.memoranda import visible_memorandum
from services.agreements.tables import MEMORANDA
from shared.auth import Principal

ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:parties, 0))")
ARRAY_OF_TEXT = sa.ARRAY(sa.Text)
PROPOSED = (MEMORANDA.c.terms, MEMORANDA.c.amendment["terms"])
"""What is put to signature or in force, and the amendment that is to take its place."""


async def find_duplicate(
    tx: AsyncConnection,
    terms: Terms,
    principal: Principal,
    *,
    besides: UUID,
    preferred: UUID | None,
    instead_of: Terms | None,
) -> UUID | None:
    """Another one of the same parties that covers one of the qualifications at the same time and has not ended.

    `preferred` if it is one of them, else one that is not like `instead_of` too. Drafts are nobody's promise yet. What
    it renews is one like any other: a renewal begins when that has ended. Whoever proposes for these parties waits
    here, so that two at once do not miss each other.
    """
    await tx.execute(ONE_AT_A_TIME, {"parties": " ".join(sorted(map(str, terms.party_ids)))})
    memoranda = MEMORANDA.c
    select = sa.select(memoranda.id).where(
        visible_memorandum(principal),
        memoranda.id != besides,
        memoranda.state.in_(sorted(OPEN)),
        memoranda.party_ids.contains(terms.party_ids),
        _is_like(terms),
    )
    if instead_of:
        select = select.where(sa.or_(memoranda.id == preferred, sa.not_(_is_like(instead_of))))
    found: UUID | None = await tx.scalar(select.order_by(memoranda.id != preferred, memoranda.id).limit(1))
    return found


def _is_like(terms: Terms) -> sa.ColumnElement[bool]:
    return sa.or_(*(sa.func.coalesce(_are_alike(content, terms), sa.false()) for content in PROPOSED))


def _are_alike(content: sa.ColumnElement[Any], terms: Terms) -> sa.ColumnElement[bool]:
    """NULL where there is no such content."""
    until = sa.func.least(content["valid_until"].astext, MEMORANDA.c.notice["terminates_on"].astext)
    covered = sa.cast(_texts(terms.qualification_ids), ARRAY_OF_TEXT)
    return sa.and_(
        sa.func.jsonb_array_length(content["parties"]) == len(terms.parties),
        _among(content, "$.parties[*].institution_id").contains(sa.cast(_texts(terms.party_ids), JSONB)),
        _among(content, "$.qualifications[*].qualification_id").has_any(covered),
        content["valid_from"].astext <= terms.valid_until.isoformat(),
        until >= terms.valid_from.isoformat(),
    )


def _among(content: sa.ColumnElement[Any], path: str) -> sa.ColumnElement[Any]:
    return sa.func.jsonb_path_query_array(content, sa.cast(path, JSONPATH), type_=JSONB)


def _texts(ids: Collection[UUID]) -> list[str]:
    return [str(one) for one in ids]
