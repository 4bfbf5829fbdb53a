"""Webhook secrets and contacts move to the newest key: hourly by a worker, or by an operator (`commands`)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
import structlog
from cryptography.fernet import InvalidToken

from services.notifications import store
from shared.db import SYSTEM
from shared.service import Running
from shared.vault import Vault

LOG = structlog.get_logger(__name__)
AT_ONCE = 200
FIRST = UUID(int=0)


@dataclass(frozen=True)
class Step:
    """One batch."""

    looked_at: int
    done: int
    left: int
    """Those that no key opens, or that were changed just then."""


async def reseal(running: Running, vault: Vault) -> AsyncGenerator[Step]:
    """Encrypt anew what is not sealed with the first of the keys; once nothing is left the others can be dropped."""
    for sealed in store.SEALED:
        last = FIRST
        while found := await _next(running, sealed, last):
            last = found[-1].id
            outcomes = [await _resealed(running, vault, sealed, row) for row in found]
            running.metrics.work.labels("reseal", "resealed").inc(outcomes.count(True))
            yield Step(len(found), outcomes.count(True), outcomes.count(False))


async def _next(running: Running, sealed: sa.Column[bytes], after: UUID) -> list[sa.Row[tuple[UUID, bytes]]]:
    async with running.database.transaction(SYSTEM) as tx:
        return list(await store.next_sealed(tx, sealed, after, AT_ONCE))


async def _resealed(
    running: Running, vault: Vault, sealed: sa.Column[bytes], row: sa.Row[tuple[UUID, bytes]]
) -> bool | None:
    """None if there was nothing to do. One at a time, so that nobody waits for a row."""
    try:
        anew = vault.resealed(row.sealed)
    except InvalidToken:
        LOG.error("cannot be decrypted with any of the keys", what=sealed.name, id=str(row.id))  # noqa: TRY400 - the token has nothing to tell
        return False
    if anew is None:
        return None
    async with running.database.transaction(SYSTEM) as tx:
        return await store.save_resealed(tx, sealed, row, anew)
