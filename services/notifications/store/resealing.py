"""What is encrypted, column by column, to be encrypted anew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.tables import CONTACTS, SUBSCRIPTIONS

SEALED: Sequence[sa.Column[Any]] = (
    SUBSCRIPTIONS.c.sealed_secret,
    SUBSCRIPTIONS.c.sealed_old_secret,
    CONTACTS.c.sealed_email,
)


async def next_sealed(tx: AsyncConnection, sealed: sa.Column[Any], after: UUID, at_most: int) -> Sequence[sa.Row[Any]]:
    """Some `id` and `sealed`, by id."""
    key = _key(sealed)
    select = sa.select(key.label("id"), sealed.label("sealed")).where(key > after, sealed.is_not(None))
    return list(await tx.execute(select.order_by(key).limit(at_most)))


async def save_resealed(tx: AsyncConnection, sealed: sa.Column[Any], before: sa.Row[Any], anew: bytes) -> bool:
    """The same under another key, so no new version; False if somebody has changed it meanwhile."""
    unchanged = sa.and_(_key(sealed) == before.id, sealed == before.sealed)
    return (await tx.execute(sa.update(sealed.table).where(unchanged).values({sealed: anew}))).rowcount == 1


def _key(sealed: sa.Column[Any]) -> sa.ColumnElement[Any]:
    (key,) = sealed.table.primary_key
    return key
