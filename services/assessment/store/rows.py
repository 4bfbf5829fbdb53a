"""What every select and update here has in common. Columns are named as the fields of what is kept in them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth import Principal
from shared.problems import NotFound, VersionMismatch
from shared.tenancy import visible_to


def party_sees(table: sa.Table, principal: Principal) -> sa.ColumnElement[bool]:
    """Rows of learning agreements in which the caller's institution is home or host."""
    return visible_to(principal, table.c.home_id, table.c.host_id)


async def only(tx: AsyncConnection, select: sa.Select[Any]) -> sa.Row[Any]:
    """The one row; `NotFound` if the caller sees none."""
    row: sa.Row[Any] | None = (await tx.execute(select)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def replace(tx: AsyncConnection, update: sa.Update) -> None:
    """Change one row that is still as it was read; `VersionMismatch` otherwise."""
    if (await tx.execute(update)).rowcount != 1:
        raise VersionMismatch
