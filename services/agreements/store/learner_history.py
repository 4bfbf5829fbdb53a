"""What was done with a learner's data, by whom and when: never the data themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learners import Learner
from services.agreements.tables import LEARNER_HISTORY
from shared import clock, ids


class Deed(StrEnum):
    REGISTERED = "registered"
    CHANGED = "changed"
    SAID_TO_BE_DISTINCT = "said_to_be_distinct"
    EXPORTED = "exported"
    ERASED = "erased"
    LINK_MADE = "link_made"
    LINK_REVOKED = "link_revoked"


@dataclass(frozen=True)
class Entry:
    what: Deed
    done_by: str
    """`sub` of the token, or `purge`."""
    done_at: datetime
    details: dict[str, Any]


ENTRY = TypeAdapter(Entry)


async def note(tx: AsyncConnection, learner: Learner, what: Deed, done_by: str, **details: Any) -> None:
    await tx.execute(
        sa.insert(LEARNER_HISTORY).values(
            id=ids.new_id(),
            learner_id=learner.id,
            home_id=learner.home_id,
            what=what,
            done_by=done_by,
            done_at=clock.now(),
            details=to_jsonable_python(details),
        )
    )


async def history_of(tx: AsyncConnection, learner: Learner) -> list[Entry]:
    """The whole history, oldest first, of a learner whom the caller was let see."""
    entries = LEARNER_HISTORY.c
    select = sa.select(LEARNER_HISTORY).where(entries.learner_id == learner.id).order_by(entries.id)
    return [ENTRY.validate_python(row._asdict()) for row in await tx.execute(select)]
