"""Notices that are to be sent: queued with what they are about, sent by whoever claims them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.notices import Kind, Language, Occasion
from services.notifications.tables import NOTICES
from shared.db import run


@dataclass(frozen=True)
class ClaimedNotice:
    """A notice that this worker alone may send until its lease ends; `attempts` proves the claim."""

    id: UUID
    attempts: int
    about: Occasion
    subscription_id: UUID
    url: str
    sealed_email: bytes
    language: Language


ADD = sa.text(
    "INSERT INTO notices (subscription_id, event_id, kind, since, until)"
    " SELECT subscription_id, :event_id, :kind, :since, :until FROM contacts"
    " WHERE subscription_id = :subscription_id AND sealed_email IS NOT NULL"
    " ON CONFLICT (event_id) DO NOTHING"
).bindparams(
    sa.bindparam("event_id", type_=sa.Uuid),
    sa.bindparam("kind", type_=sa.Text),
    sa.bindparam("since", type_=sa.DateTime(timezone=True)),
    sa.bindparam("until", type_=sa.DateTime(timezone=True)),
)

# What nobody wants to be told any more, or is outdated, is dropped instead of sent.
CLAIM = sa.text(
    """
    WITH due AS (
        SELECT notice.id, contact.sealed_email, contact.language, subscription.url,
            notice.created_at > now() - :outdated_after AND contact.sealed_email IS NOT NULL
            AND subscription.state <> 'deleted'
            AND (notice.kind = 'disabled') = (subscription.state = 'disabled') AS still
        FROM notices AS notice
        JOIN subscriptions AS subscription ON subscription.id = notice.subscription_id
        LEFT JOIN contacts AS contact ON contact.subscription_id = notice.subscription_id
        WHERE notice.next_attempt_at <= now()
        ORDER BY notice.next_attempt_at LIMIT :at_most FOR UPDATE OF notice SKIP LOCKED
    ), claimed AS (
        UPDATE notices AS notice
        SET attempts = attempts + 1, next_attempt_at = CASE WHEN still THEN now() + :lease END
        FROM due WHERE notice.id = due.id
        RETURNING notice.id, attempts, kind, since, until, subscription_id, url, sealed_email, language, still
    )
    SELECT id, attempts, kind, since, until, subscription_id, url, sealed_email, language FROM claimed WHERE still
    """
).bindparams(
    sa.bindparam("outdated_after", type_=sa.Interval),
    sa.bindparam("lease", type_=sa.Interval),
    sa.bindparam("at_most", type_=sa.Integer),
)

PRUNE = sa.text(
    "DELETE FROM notices WHERE id IN"
    " (SELECT id FROM notices WHERE created_at < :before AND next_attempt_at IS NULL LIMIT :at_most)"
)


async def add_notices(tx: AsyncConnection, about: Mapping[UUID, tuple[UUID, Occasion]]) -> None:
    """By event: the subscription and what to write. Nothing for those without a contact, or that are queued already."""
    for event_id, (subscription_id, occasion) in about.items():
        values = {"event_id": event_id, "subscription_id": subscription_id, **vars(occasion)}
        await tx.execute(ADD, values)


async def claim_notices(
    tx: AsyncConnection, *, at_most: int, lease: timedelta, outdated_after: timedelta
) -> list[ClaimedNotice]:
    rows = await run(tx, CLAIM, {"at_most": at_most, "lease": lease, "outdated_after": outdated_after})
    return [
        ClaimedNotice(
            id=row.id,
            attempts=row.attempts,
            about=Occasion(Kind(row.kind), row.since, row.until),
            subscription_id=row.subscription_id,
            url=row.url,
            sealed_email=row.sealed_email,
            language=Language(row.language),
        )
        for row in rows
    ]


async def settle_notice(
    tx: AsyncConnection,
    notice: ClaimedNotice,
    *,
    sent_at: datetime | None = None,
    next_attempt_at: datetime | None = None,
) -> None:
    """Note what came of it; nothing if somebody else has claimed it since."""
    update = sa.update(NOTICES).where(NOTICES.c.id == notice.id, NOTICES.c.attempts == notice.attempts)
    await tx.execute(update.values(sent_at=sent_at, next_attempt_at=next_attempt_at))


async def prune_notices(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    return (await tx.execute(PRUNE, {"before": before, "at_most": at_most})).rowcount
