"""The queue of what waits for a person, and other lists of decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.store.reads import decision_of, decisions_for
from services.recognition.tables import DECISIONS, INFORMATION_REQUESTS
from shared import paging
from shared.auth import Principal
from shared.contracts.recognition import ReasonCode
from shared.paging import PageRequest, Slice

IN_HAND = (DecisionState.MANUAL_REVIEW, DecisionState.APPEALED)
"""Somebody has to decide."""

COUNT_REVIEWS = sa.text(
    "SELECT count(*), count(*) FILTER (WHERE assigned_to IS NULL) FROM decisions"
    " WHERE home_id = :home_id AND state = 'manual_review'"
)
COUNT_REASONS = sa.text(
    "SELECT reason, count(*) FROM decisions, unnest(reasons) AS reason"
    " WHERE home_id = :home_id AND state = 'manual_review' GROUP BY reason ORDER BY reason"
)


class Assigned(StrEnum):
    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True)
class QueueFilter:
    """Which decisions are wanted; None where it does not matter."""

    state: DecisionState | None = None
    learner_id: UUID | None = None
    host_id: UUID | None = None
    qualification_id: UUID | None = None
    unit_id: UUID | None = None
    reason: ReasonCode | None = None
    assigned: Assigned | None = None
    """Of reviews only."""
    asked: bool = False
    """Only those of which the host is asked something."""


@dataclass(frozen=True)
class QueueLength:
    reviews: int
    unassigned: int
    reasons: Mapping[ReasonCode, int]


async def list_decisions(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, only: QueueFilter
) -> Slice[Decision]:
    """The oldest first."""
    select = decisions_for(principal).where(*_wanted(only, principal))
    return (await paging.fetch(tx, select, wanted, DECISIONS.c.decision_id)).map(decision_of)


async def measure_queue(tx: AsyncConnection, home_id: UUID) -> QueueLength:
    """What waits for a recogniser of the institution."""
    reviews, unassigned = (await tx.execute(COUNT_REVIEWS, {"home_id": home_id})).one()
    reasons = {ReasonCode(code): count for code, count in await tx.execute(COUNT_REASONS, {"home_id": home_id})}
    return QueueLength(reviews, unassigned, reasons)


def _wanted(only: QueueFilter, principal: Principal) -> Sequence[sa.ColumnElement[bool]]:
    table = DECISIONS.c
    equal = {
        table.state: DecisionState.MANUAL_REVIEW if only.assigned else only.state,
        table.learner_id: only.learner_id,
        table.host_id: only.host_id,
        table.qualification_id: only.qualification_id,
        table.unit_id: only.unit_id,
    }
    wanted = [column == value for column, value in equal.items() if value]
    if only.reason:
        wanted.append(table.reasons.contains([only.reason]))
    if only.assigned:
        mine = table.assigned_to == principal.sub
        wanted.append(mine if only.assigned is Assigned.ME else table.assigned_to.is_(None))
    if only.asked:
        wanted += [table.state.in_(IN_HAND) | table.appeal_until.is_not(None), _asked()]
    return wanted


def _asked() -> sa.ColumnElement[bool]:
    request = INFORMATION_REQUESTS.c
    return sa.exists().where(request.decision_id == DECISIONS.c.decision_id, request.answered_at.is_(None))
