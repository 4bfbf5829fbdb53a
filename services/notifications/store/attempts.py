from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.answers import Answer
from services.notifications.domain.deliveries import Settled
from services.notifications.store.claims import Claimed
from services.notifications.tables import ATTEMPTS
from shared import paging
from shared.auth import Principal
from shared.db import run
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to


@dataclass(frozen=True)
class Attempt:
    """One POST: what came of it, and what the delivery becomes."""

    id: UUID
    claimed: Claimed
    at: datetime
    duration_ms: int
    answer: Answer
    settled: Settled
    signature: str | None = None
    """`webhook-signature` as it was sent; None if nothing was."""


COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "delivery_id": sa.Uuid(),
    "claim": sa.Integer(),
    "id": sa.Uuid(),
    "owner_id": sa.Uuid(),
    "at": sa.DateTime(timezone=True),
    "duration_ms": sa.Integer(),
    "status": sa.SmallInteger(),
    "error": sa.Text(),
    "url": sa.Text(),
    "signature": sa.Text(),
    "response": sa.Text(),
    "state": sa.Text(),
    "failures": sa.Integer(),
    "reason": sa.Text(),
    "next_attempt_at": sa.DateTime(timezone=True),
}
# An attempt is a fact whoever made it; but only the holder of the latest claim says what becomes of the delivery.
RECORD = sa.text(
    f"""
    WITH made AS (
        SELECT * FROM unnest({", ".join(f":{name}" for name in COLUMNS)}) AS given ({", ".join(COLUMNS)})
    ), recorded AS (
        INSERT INTO attempts (delivery_id, id, owner_id, at, duration_ms, status, error, url, signature, response)
        SELECT delivery_id, id, owner_id, at, duration_ms, status, error, url, signature, response FROM made
    )
    UPDATE deliveries AS delivery
    SET state = made.state, version = delivery.version + 1, failures = made.failures,
        reason = made.reason, next_attempt_at = made.next_attempt_at
    FROM made WHERE delivery.id = made.delivery_id AND delivery.version = made.claim
    """  # noqa: S608 - made of our own column names
).bindparams(*(sa.bindparam(name, type_=pg.ARRAY(type_)) for name, type_ in COLUMNS.items()))


async def record_attempts(tx: AsyncConnection, attempts: Sequence[Attempt]) -> None:
    """Write down the attempts and what the deliveries become: one statement, however many."""
    rows = [_row(attempt) for attempt in attempts]
    await run(tx, RECORD, {name: [row[name] for row in rows] for name in COLUMNS})


async def list_attempts(
    tx: AsyncConnection, delivery_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[sa.Row[Any]]:
    """Rows of the table, oldest first."""
    select = sa.select(ATTEMPTS).where(
        ATTEMPTS.c.delivery_id == delivery_id, visible_to(principal, ATTEMPTS.c.owner_id)
    )
    return await paging.fetch(tx, select, wanted, ATTEMPTS.c.id)


async def keep_attempts(tx: AsyncConnection, since: datetime) -> int:
    """Make room for the next weeks, and forget the weeks before; how many."""
    return (await tx.execute(sa.select(sa.func.keep_attempts(since, type_=sa.Integer)))).scalar_one()


def _row(attempt: Attempt) -> dict[str, Any]:
    return {
        "delivery_id": attempt.claimed.id,
        "claim": attempt.claimed.version,
        "id": attempt.id,
        "owner_id": attempt.claimed.owner_id,
        "at": attempt.at,
        "duration_ms": attempt.duration_ms,
        "status": attempt.answer.status,
        "error": attempt.answer.error,
        "url": attempt.claimed.url,
        "signature": attempt.signature,
        "response": attempt.answer.text,
        "state": attempt.settled.state,
        "failures": attempt.settled.failures,
        "reason": attempt.settled.reason,
        "next_attempt_at": attempt.settled.next_attempt_at,
    }
