"""An alias counts for whatever its institution was merged into: nothing has to be moved, not even by whom it is not."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.aliases import Alias
from services.catalogue.tables import INSTITUTION_ALIASES, INSTITUTIONS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

ROW = TypeAdapter(Alias)
SURVIVOR = sa.func.coalesce(INSTITUTIONS.c.merged_into_id, INSTITUTIONS.c.institution_id)
COLUMNS = [column for column in INSTITUTION_ALIASES.c if column is not INSTITUTION_ALIASES.c.institution_id]
ALIASES = sa.select(*COLUMNS, SURVIVOR.label("institution_id")).select_from(
    INSTITUTION_ALIASES.join(INSTITUTIONS, INSTITUTIONS.c.institution_id == INSTITUTION_ALIASES.c.institution_id)
)


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """A partner's own codes are for the partner, those of a scheme for everybody."""
    return sa.or_(INSTITUTION_ALIASES.c.scheme.is_not(None), visible_to(principal, INSTITUTION_ALIASES.c.given_by))


def _counts_for(institution_id: UUID) -> sa.ColumnElement[bool]:
    unmerged = sa.and_(INSTITUTIONS.c.institution_id == institution_id, INSTITUTIONS.c.merged_into_id.is_(None))
    return sa.or_(unmerged, INSTITUTIONS.c.merged_into_id == institution_id)


def called(code: str, principal: Principal) -> sa.Select[Any]:
    """The ids of the institutions that the caller may call so."""
    this = sa.and_(INSTITUTION_ALIASES.c.code == code, _visible(principal))
    return ALIASES.with_only_columns(SURVIVOR).where(this)


async def load_alias(tx: AsyncConnection, institution_id: UUID, alias_id: UUID, principal: Principal) -> Alias:
    this = INSTITUTION_ALIASES.c.alias_id == alias_id
    row = await rows.only(tx, ALIASES.where(this, _counts_for(institution_id), _visible(principal)))
    return ROW.validate_python(row._asdict())


async def list_aliases(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, institution_id: UUID
) -> Slice[Alias]:
    select = ALIASES.where(_counts_for(institution_id), _visible(principal))
    page = await paging.fetch(tx, select, wanted, INSTITUTION_ALIASES.c.alias_id)
    return page.map(lambda row: ROW.validate_python(row._asdict()))


async def find_holder(tx: AsyncConnection, alias: Alias) -> UUID | None:
    """The institution that is called so already, by the same giver or in the same scheme."""
    same = (INSTITUTION_ALIASES.c.code == alias.code, INSTITUTION_ALIASES.c.scheme.is_not_distinct_from(alias.scheme))
    by_whom = [INSTITUTION_ALIASES.c.given_by == alias.given_by] if alias.scheme is None else []
    holder: UUID | None = await tx.scalar(ALIASES.with_only_columns(SURVIVOR).where(*same, *by_whom))
    return holder


async def remove_alias(tx: AsyncConnection, alias: Alias) -> None:
    await tx.execute(sa.delete(INSTITUTION_ALIASES).where(INSTITUTION_ALIASES.c.alias_id == alias.alias_id))
