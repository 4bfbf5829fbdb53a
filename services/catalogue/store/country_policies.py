from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.country_policies import CountryPolicy, PolicyState
from services.catalogue.tables import COUNTRY_POLICIES
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

ROW = TypeAdapter(CountryPolicy)
PUBLISHED = COUNTRY_POLICIES.c.state == PolicyState.PUBLISHED
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('country policies'), hashtext(:country))")


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    """Drafts are for the competent bodies of their country, what is published for everybody."""
    return sa.or_(PUBLISHED, visible_to(principal, country=COUNTRY_POLICIES.c.country))


def _valid(on: date) -> sa.ColumnElement[bool]:
    begun, until = COUNTRY_POLICIES.c.valid_from <= on, COUNTRY_POLICIES.c.valid_until
    return sa.and_(begun, sa.or_(until.is_(None), until >= on))


async def load_country_policy(tx: AsyncConnection, country_policy_id: UUID, principal: Principal) -> CountryPolicy:
    this = COUNTRY_POLICIES.c.country_policy_id == country_policy_id
    row = await rows.only(tx, sa.select(COUNTRY_POLICIES).where(this, _visible(principal)))
    return ROW.validate_python(row._asdict())


async def lock_published_policies(tx: AsyncConnection, country: str) -> list[CountryPolicy]:
    """Those of a country, whose next publication waits until this transaction has ended."""
    await tx.execute(LOCK, {"country": country})
    select = sa.select(COUNTRY_POLICIES).where(COUNTRY_POLICIES.c.country == country, PUBLISHED)
    found = await tx.execute(select.order_by(COUNTRY_POLICIES.c.valid_from))
    return [ROW.validate_python(row._asdict()) for row in found]


async def find_policy_in_force(tx: AsyncConnection, country: str, on: date) -> CountryPolicy | None:
    """There is never more than one."""
    select = sa.select(COUNTRY_POLICIES).where(COUNTRY_POLICIES.c.country == country, PUBLISHED, _valid(on))
    row = (await tx.execute(select)).one_or_none()
    return None if row is None else ROW.validate_python(row._asdict())


async def list_country_policies(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, *, country: str | None, on: date | None
) -> Slice[CountryPolicy]:
    select = sa.select(COUNTRY_POLICIES).where(_visible(principal))
    if country is not None:
        select = select.where(COUNTRY_POLICIES.c.country == country)
    if on is not None:
        select = select.where(_valid(on))
    page = await paging.fetch(tx, select, wanted, COUNTRY_POLICIES.c.country_policy_id)
    return page.map(lambda row: ROW.validate_python(row._asdict()))
