from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.frameworks import (
    IMPORTED,
    ISCED_F,
    KEPT_HERE,
    Entry,
    Framework,
    ImportedFramework,
    in_english,
)
from services.catalogue.tables import FRAMEWORKS
from shared import iso_codes, paging, rows
from shared.paging import PageRequest, Slice
from shared.problems import invalid

ROW = TypeAdapter(ImportedFramework)
CODE = sa.column("code", sa.Text())
KNOWN_FIELDS = sa.text(
    "SELECT entry->>'code' FROM frameworks, jsonb_array_elements(entries) AS entry"
    " WHERE name = :name AND entry->>'code' = ANY(:codes)"
).bindparams(sa.bindparam("codes", type_=pg.ARRAY(sa.Text)))


def _of_iso(name: str, title: str, names: dict[str, str]) -> Framework:
    entries = in_english(dict(sorted(names.items())))
    return Framework(name=name, title=title, edition=iso_codes.VERSION, entries=entries)


KEPT = {
    framework.name: framework
    for framework in (
        *KEPT_HERE,
        _of_iso("countries", "Countries of ISO 3166-1", dict(iso_codes.countries())),
        _of_iso("languages", "Languages of ISO 639", dict(iso_codes.languages())),
    )
}
NAMES = sorted({*KEPT, *IMPORTED})
Listed = TypeVar("Listed")


async def load_framework(tx: AsyncConnection, name: str) -> Framework | ImportedFramework:
    """Whoever calls."""
    if name in KEPT:
        return KEPT[name]
    row = await rows.only(tx, sa.select(FRAMEWORKS).where(FRAMEWORKS.c.name == name))
    return ROW.validate_python(row._asdict())


async def known_fields(tx: AsyncConnection, codes: Collection[str]) -> set[str]:
    """Those of the codes that are on the list of fields of study."""
    return set(await tx.scalars(KNOWN_FIELDS, {"name": ISCED_F, "codes": list(codes)}))


async def list_frameworks(tx: AsyncConnection, wanted: PageRequest) -> Slice[Framework | ImportedFramework]:
    found = [await load_framework(tx, name) for name in NAMES]
    return _page_of(found, wanted, key=lambda framework: framework.name)


def page_of_entries(framework: Framework | ImportedFramework, wanted: PageRequest) -> Slice[Entry]:
    return _page_of(framework.entries, wanted, key=lambda entry: entry.code)


def _page_of(listed: Sequence[Listed], wanted: PageRequest, *, key: Callable[[Listed], str]) -> Slice[Listed]:
    """A page of what is in memory, in its order; the keys are unique."""
    begin = 0
    if wanted.cursor is not None:
        (last,) = paging.decode(wanted.cursor, [CODE])
        begin = next((at for at, one in enumerate(listed, start=1) if key(one) == last), -1)
    if begin < 0:
        raise invalid("cursor", "cursor", "The list has changed. Begin without a cursor.")
    page = listed[begin : begin + wanted.limit]
    more = begin + wanted.limit < len(listed)
    return Slice(page, paging.encode([key(page[-1])]) if more else None)
