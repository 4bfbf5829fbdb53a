"""How the learning agreements with one partner went in one year (domain.md 2.7, stats)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.changing import Outcome
from services.agreements.domain.learning_agreements import State
from services.agreements.tables import LEARNING_AGREEMENTS
from shared.auth import Principal
from shared.tenancy import visible_to

AGREEMENTS = LEARNING_AGREEMENTS.c
AFTER_THE_STAY = (State.COMPLETED, State.INTERRUPTED, State.COMPLEMENTED, State.CLOSED)
BY_HOST = sa.literal_column("""'[{"side": "host"}]'::jsonb""", JSONB)
"""The last signature: with it, and only with it, there is an agreement."""
AWAITING = (State.LEARNER_SIGNED, State.HOME_SIGNED, State.CHANGES_REQUESTED)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Each counts agreements; they overlap, since what is closed was agreed once, and completed or interrupted."""

    agreed: int
    """At any time; cancelled ones too."""
    changed: int
    """Of those agreed: with another content than the first one, agreed later."""
    unmodified: int
    cancelled: int
    """After they were agreed."""
    interrupted: int
    completed: int
    closed: int
    latest_agreed: int
    """The content that was last put to signature is the one that holds."""
    latest_rejected: int
    latest_awaiting: int


async def count_learning_agreements(tx: AsyncConnection, caller: Principal, partner_id: UUID, year: int) -> Statistics:
    """Those between the caller's institution and the partner, whichever of them is home, that begin in the year."""
    row = (await tx.execute(counting(caller, partner_id, year))).one()
    return Statistics(**row._asdict())


def counting(caller: Principal, partner_id: UUID, year: int) -> sa.Select[*tuple[Any, ...]]:
    counts = (sa.func.count().filter(condition).label(name) for name, condition in _conditions().items())
    return sa.select(*counts).where(_between(caller, partner_id, year))


def _conditions() -> Mapping[str, sa.ColumnElement[bool]]:
    """What each number counts."""
    agreed = AGREEMENTS.signatures.contains(BY_HOST)
    rejected_change = AGREEMENTS.last_change.is_not_distinct_from(Outcome.REJECTED)
    over, interrupted = AGREEMENTS.state.in_(AFTER_THE_STAY), AGREEMENTS.ending.is_not(None)
    cancelled = sa.and_(agreed, AGREEMENTS.state == State.CANCELLED)
    rejected = sa.or_(AGREEMENTS.state == State.REJECTED, sa.and_(agreed, rejected_change))
    awaiting = sa.or_(AGREEMENTS.state.in_(AWAITING), AGREEMENTS.proposal.is_not(None))
    return {
        "agreed": agreed,
        "changed": AGREEMENTS.changed,
        "unmodified": sa.and_(agreed, sa.not_(AGREEMENTS.changed)),
        "cancelled": cancelled,
        "interrupted": sa.and_(over, interrupted),
        "completed": sa.and_(over, sa.not_(interrupted)),
        "closed": AGREEMENTS.state == State.CLOSED,
        "latest_agreed": sa.and_(agreed, sa.not_(cancelled), sa.not_(awaiting), sa.not_(rejected)),
        "latest_rejected": sa.and_(rejected, sa.not_(awaiting)),
        "latest_awaiting": awaiting,
    }


def _between(caller: Principal, partner_id: UUID, year: int) -> sa.ColumnElement[bool]:
    pair = sa.or_(
        sa.and_(AGREEMENTS.home_id == caller.org, AGREEMENTS.host_id == partner_id),
        sa.and_(AGREEMENTS.home_id == partner_id, AGREEMENTS.host_id == caller.org),
    )
    in_year = sa.and_(AGREEMENTS.starts_on >= f"{year}-01-01", AGREEMENTS.starts_on <= f"{year}-12-31")
    return sa.and_(pair, in_year, visible_to(caller, AGREEMENTS.home_id, AGREEMENTS.host_id))
