"""The units of what is published at present: to find them, and for other qualifications to have them in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.qualifications import Qualification
from services.catalogue.store.titles import has_words, prepare_search
from services.catalogue.tables import PUBLISHED_UNITS
from shared import paging
from shared.contracts.catalogue import Unit
from shared.paging import PageRequest, Slice

UNIT = TypeAdapter(Unit)
SHORT = PUBLISHED_UNITS.c.unit.op("-", return_type=pg.JSONB())(
    sa.literal(["outcomes", "assessment"], pg.ARRAY(sa.Text))
)
"""A unit without what is long in it."""

OUTCOME_IDS = sa.func.jsonb_path_query_array(
    PUBLISHED_UNITS.c.unit, sa.cast("$.outcomes[*].outcome_id", pg.JSONPATH), type_=pg.JSONB
)


@dataclass(frozen=True, kw_only=True)
class UnitSearch:
    """What a list is to have; None: whatever it is."""

    country: str | None = None
    isced_f: str | None = None
    eqf_level: int | None = None
    qualification_id: UUID | None = None
    words: str | None = None


async def keep_units(tx: AsyncConnection, published: Qualification, at: datetime) -> None:
    """These are its units now, and no others."""
    this = PUBLISHED_UNITS.c.qualification_id == published.qualification_id
    dropped = PUBLISHED_UNITS.c.unit_id.not_in([unit.unit_id for unit in published.units])
    await tx.execute(sa.delete(PUBLISHED_UNITS).where(this, dropped))
    insert = pg.insert(PUBLISHED_UNITS)
    renewed = {name: insert.excluded[name] for name in ("country", "isced_f", "eqf_level", "title", "unit")}
    statement = insert.on_conflict_do_update(index_elements=["unit_id", "qualification_id"], set_=renewed)
    await tx.execute(statement, [_row(published, unit, at) for unit in published.units])


def _row(published: Qualification, unit: Unit, at: datetime) -> dict[str, Any]:
    return {
        "unit_id": unit.unit_id,
        "qualification_id": published.qualification_id,
        "owner_id": published.owner_id,
        "country": published.country,
        "isced_f": unit.isced_f or published.isced_f,
        "eqf_level": unit.eqf_level,
        "title": unit.title,
        "unit": to_jsonable_python(unit),
        "first_published_at": at,
    }


async def units_elsewhere(tx: AsyncConnection, unit_ids: Iterable[UUID], qualification_id: UUID | None) -> list[Unit]:
    """Those of the units that another qualification published first, as it has them now."""
    first = (
        sa.select(PUBLISHED_UNITS.c.qualification_id, PUBLISHED_UNITS.c.unit)
        .where(PUBLISHED_UNITS.c.unit_id.in_(list(unit_ids)))
        .ext(pg.distinct_on(PUBLISHED_UNITS.c.unit_id))
        .order_by(PUBLISHED_UNITS.c.unit_id, PUBLISHED_UNITS.c.first_published_at, PUBLISHED_UNITS.c.qualification_id)
    )
    found = (await tx.execute(first)).all()
    return [UNIT.validate_python(row.unit) for row in found if row.qualification_id != qualification_id]


async def outcome_ids_of(tx: AsyncConnection, unit_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], frozenset[UUID]]:
    """The outcomes that units have at present, by unit and qualification."""
    columns = PUBLISHED_UNITS.c.unit_id, PUBLISHED_UNITS.c.qualification_id, OUTCOME_IDS
    found = await tx.execute(sa.select(*columns).where(PUBLISHED_UNITS.c.unit_id.in_(list(unit_ids))))
    return {(unit_id, qualification_id): frozenset(map(UUID, ids)) for unit_id, qualification_id, ids in found}


async def list_units(tx: AsyncConnection, wanted: PageRequest, search: UnitSearch) -> Slice[dict[str, Any]]:
    """Without what is long in them."""
    await prepare_search(tx, search.words)
    columns = [PUBLISHED_UNITS.c[name] for name in ("unit_id", "qualification_id", "country", "isced_f")]
    select = sa.select(*columns, SHORT.label("unit"))
    for name in ("country", "isced_f", "eqf_level", "qualification_id"):
        if (value := getattr(search, name)) is not None:
            select = select.where(PUBLISHED_UNITS.c[name] == value)
    if search.words is not None:
        select = select.where(has_words(PUBLISHED_UNITS.c.title, search.words))
    page = await paging.fetch(tx, select, wanted, PUBLISHED_UNITS.c.unit_id, PUBLISHED_UNITS.c.qualification_id)
    return page.map(
        lambda row: row.unit | {name: getattr(row, name) for name in ("qualification_id", "country", "isced_f")}
    )
