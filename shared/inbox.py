"""The inbox: which events this service has taken in, so that none counts twice however often it comes."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import run


def table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "inbox",
        metadata,
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


TAKE = sa.text(
    "INSERT INTO inbox (event_id) SELECT DISTINCT unnest(:ids) ORDER BY 1 ON CONFLICT DO NOTHING RETURNING event_id"
).bindparams(sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)))


async def take(tx: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    """Note the events as taken and return those that are new.

    Waits for another transaction that is taking the same event, so two consumers never both get it.
    """
    return {row.event_id for row in await run(tx, TAKE, {"ids": list(ids)})}
