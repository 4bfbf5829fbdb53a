"""One row: read, if the caller sees it; replaced, if nobody else has changed it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.problems import NotFound, VersionMismatch


async def only(tx: AsyncConnection, select: sa.Select[Any]) -> sa.Row[Any]:
    """The one row; `NotFound` if there is none, or none that the caller sees."""
    row: sa.Row[Any] | None = (await tx.execute(select)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def replace(tx: AsyncConnection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Keep the row, whose `version` counts one more than the stored one; else `VersionMismatch`."""
    (key,) = table.primary_key
    followed = sa.and_(key == row[key.name], table.c.version == row["version"] - 1)
    if (await tx.execute(sa.update(table).where(followed).values(row))).rowcount == 0:
        raise VersionMismatch
