"""Qualifications as their designers work on them, and as everybody else sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.qualifications import Qualification, QualificationState, QualificationSummary
from services.catalogue.store.qualification_versions import find_published, in_state
from services.catalogue.store.titles import has_words, prepare_search
from services.catalogue.tables import QUALIFICATION_VERSIONS, QUALIFICATIONS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import NotFound
from shared.tenancy import visible_to

ROW, SUMMARY = TypeAdapter(Qualification), TypeAdapter(QualificationSummary)
SUMMARY_COLUMNS = [field.name for field in fields(QualificationSummary)]


@dataclass(frozen=True, kw_only=True)
class QualificationSearch:
    """What a list is to have; None: whatever it is."""

    country: str | None = None
    isced_f: str | None = None
    eqf_level: int | None = None
    awarding_body_id: UUID | None = None
    words: str | None = None
    state: QualificationState | None = None


def _designed_by(principal: Principal) -> sa.ColumnElement[bool]:
    """A draft is written by its owner and by those who design it together with the owner."""
    return visible_to(principal, QUALIFICATIONS.c.owner_id, sa.any_(QUALIFICATIONS.c.designed_by_ids))


def _read_by(principal: Principal) -> sa.ColumnElement[bool]:
    """And read by who is to award it, whose consent it takes."""
    return sa.or_(_designed_by(principal), visible_to(principal, QUALIFICATIONS.c.awarding_body_id))


async def find_qualification(tx: AsyncConnection, qualification_id: UUID, principal: Principal) -> Qualification | None:
    """The draft, if there is one and the caller designs or awards it; else what is published."""
    this = QUALIFICATIONS.c.qualification_id == qualification_id
    draft = sa.and_(in_state(QUALIFICATIONS, QualificationState.DRAFT), _read_by(principal))
    row = (await tx.execute(sa.select(QUALIFICATIONS).where(this, draft))).one_or_none()
    return await find_published(tx, qualification_id) if row is None else ROW.validate_python(row._asdict())


async def load_qualification(tx: AsyncConnection, qualification_id: UUID, principal: Principal) -> Qualification:
    if qualification := await find_qualification(tx, qualification_id, principal):
        return qualification
    raise NotFound


async def lock_latest_version(tx: AsyncConnection, qualification_id: UUID, principal: Principal) -> int:
    """The highest version there has been, drafts included, which nobody changes meanwhile; 0 for who designs it not."""
    this = QUALIFICATIONS.c.qualification_id == qualification_id
    select = sa.select(QUALIFICATIONS.c.version).where(this, _designed_by(principal))
    return await tx.scalar(select.with_for_update()) or 0


async def list_qualifications(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, search: QualificationSearch
) -> Slice[QualificationSummary]:
    """What is published and the drafts that the caller designs or awards, or what has the state that is searched for.

    Without their units: a page of whole qualifications could be a hundred megabytes.
    """
    await prepare_search(tx, search.words)
    parts = [
        paging.from_cursor_on(part, wanted, part.selected_columns.qualification_id, part.selected_columns.version)
        for part in _selects(principal, search)
    ]
    found = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    page = await paging.fetch(tx, sa.select(found), wanted, found.c.qualification_id, found.c.version)
    return page.map(lambda row: SUMMARY.validate_python(row._asdict()))


def _selects(principal: Principal, search: QualificationSearch) -> Sequence[sa.Select[Any]]:
    selects = []
    if search.state in {None, QualificationState.DRAFT}:
        drafts = _matching(QUALIFICATIONS, search, QualificationState.DRAFT)
        selects.append(drafts.where(_read_by(principal)))
    if search.state is not QualificationState.DRAFT:
        selects.append(_matching(QUALIFICATION_VERSIONS, search, search.state or QualificationState.PUBLISHED))
    return selects


def _matching(table: sa.Table, search: QualificationSearch, state: QualificationState) -> sa.Select[Any]:
    select = sa.select(*(table.c[name] for name in SUMMARY_COLUMNS)).where(in_state(table, state))
    for name in ("country", "isced_f", "eqf_level", "awarding_body_id"):
        if (value := getattr(search, name)) is not None:
            select = select.where(table.c[name] == value)
    return select if search.words is None else select.where(has_words(table.c.title, search.words))
