"""What was granted to whom."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.entitlement import Reach
from services.notifications.domain.grants import Grant, GrantState
from services.notifications.tables import SCOPE_GRANTS
from shared import paging
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import Conflict, NotFound, VersionMismatch
from shared.tenancy import visible_to

GRANTED = """
    CASE WHEN cardinality(subscription.countries) + cardinality(subscription.institution_ids) > 0 THEN (
        SELECT jsonb_agg(jsonb_build_array(scope_grants.institution_id, scope_grants.country, qualification_ids))
        FROM scope_grants WHERE grantee_id = subscription.owner_id AND scope_grants.state = 'granted'
    ) END
"""
"""For statements that read `subscriptions AS subscription`: its owner's grants, as `reach_of` takes them."""


async def add_grant(tx: AsyncConnection, grant: Grant) -> None:
    """`Conflict` if the same is granted already: change that one."""
    insert = pg.insert(SCOPE_GRANTS).values(**_row(grant)).on_conflict_do_nothing()
    if (await tx.execute(insert.returning(SCOPE_GRANTS.c.id))).one_or_none() is None:
        raise Conflict("This is granted already: change that grant, or withdraw it first.")


async def load_grant(tx: AsyncConnection, grant_id: UUID, principal: Principal, *, for_update: bool = False) -> Grant:
    select = _visible(principal).where(SCOPE_GRANTS.c.id == grant_id)
    row = (await tx.execute(select.with_for_update() if for_update else select)).one_or_none()
    if row is None:
        raise NotFound
    return _grant(row)


async def list_grants(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, state: GrantState | None
) -> Slice[Grant]:
    select = _visible(principal)
    if state:
        select = select.where(SCOPE_GRANTS.c.state == state)
    return (await paging.fetch(tx, select, wanted, SCOPE_GRANTS.c.id)).map(_grant)


async def save_grant(tx: AsyncConnection, grant: Grant) -> None:
    update = (
        sa.update(SCOPE_GRANTS)
        .where(SCOPE_GRANTS.c.id == grant.id, SCOPE_GRANTS.c.version == grant.version - 1)
        .values(_row(grant))
    )
    if (await tx.execute(update)).rowcount == 0:
        raise VersionMismatch


async def load_reach(tx: AsyncConnection, principal: Principal) -> Reach:
    """What was granted to the caller's institution; countries only as far as the token names them."""
    countries = principal.countries if "competent_body" in principal.roles else frozenset()
    select = sa.select(SCOPE_GRANTS.c.institution_id, SCOPE_GRANTS.c.country, SCOPE_GRANTS.c.qualification_ids).where(
        SCOPE_GRANTS.c.grantee_id == principal.org, SCOPE_GRANTS.c.state == GrantState.GRANTED
    )
    rows = (await tx.execute(select)).all()
    return reach_of(
        [institution, country if country in countries else None, about] for institution, country, about in rows
    )


def reach_of(granted: Iterable[Any] | None) -> Reach:
    """Of rows of institution, country and qualifications; ids may still be texts."""
    reach = Reach()
    for institution_id, country, qualification_ids in granted or ():
        about = frozenset(map(_uuid, qualification_ids))
        if institution_id:
            reach.institutions[_uuid(institution_id)] = about
        elif country:
            reach.countries[country] = about
    return reach


def _uuid(written: Any) -> UUID:
    return written if isinstance(written, UUID) else UUID(written)


def _visible(principal: Principal) -> sa.Select[Any]:
    columns = SCOPE_GRANTS.c
    return sa.select(SCOPE_GRANTS).where(
        visible_to(principal, columns.institution_id, columns.grantee_id, country=columns.country)
    )


def _row(grant: Grant) -> dict[str, Any]:
    return {**vars(grant), "qualification_ids": sorted(grant.qualification_ids)}


def _grant(row: sa.Row[Any]) -> Grant:
    values = row._asdict()
    return Grant(
        **values | {"qualification_ids": frozenset(values["qualification_ids"]), "state": GrantState(values["state"])}
    )
