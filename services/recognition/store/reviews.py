"""Decisions in people's hands: who has taken a review, what the host is asked, and appeals."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.appeals import Appeal, Ruling
from services.recognition.domain.decisions import Decision
from services.recognition.domain.reviews import InformationRequest, Review
from services.recognition.store.reads import decision_of, decisions_for
from services.recognition.tables import APPEALS, DECISIONS, INFORMATION_REQUESTS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.problems import VersionMismatch
from shared.tenancy import visible_to

APPEAL, REQUEST = TypeAdapter(Appeal), TypeAdapter(InformationRequest)
RULING = TypeAdapter(Ruling | None)
CHANGES = ("state", "version", "assigned_to", "appeal_until", "superseded_by")
"""What people change of a decision."""
LEARNERS = sa.bindparam("learners", type_=pg.ARRAY(sa.Uuid))
ERASE = (
    sa.text(
        "UPDATE information_requests SET question = NULL, answer = NULL, version = version + 1"
        " WHERE learner_id = ANY (:learners) AND question IS NOT NULL"
    ).bindparams(LEARNERS),
    sa.text(
        "UPDATE appeals SET grounds = NULL, version = version + 1"
        " WHERE learner_id = ANY (:learners) AND grounds IS NOT NULL"
    ).bindparams(LEARNERS),
)


async def load_review(
    tx: AsyncConnection, decision_id: UUID, principal: Principal | None, *, for_update: bool = False
) -> Review:
    """The decision, and what the host is asked; without a principal for whoever the transaction acts for."""
    decisions = decisions_for(principal) if principal else sa.select(DECISIONS)
    select = decisions.where(DECISIONS.c.decision_id == decision_id)
    decision = await rows.only(tx, select.with_for_update() if for_update else select)
    request = INFORMATION_REQUESTS.c
    open_ = sa.select(INFORMATION_REQUESTS).where(request.decision_id == decision_id, request.answered_at.is_(None))
    asked = (await tx.execute(open_)).one_or_none()
    return Review(decision_of(decision), _request(asked) if asked else None)


async def save_decision(tx: AsyncConnection, decision: Decision) -> None:
    """What people have changed of it; `VersionMismatch` if somebody else was faster."""
    table = DECISIONS.c
    followed = sa.and_(table.decision_id == decision.decision_id, table.version == decision.version - 1)
    changes = {name: getattr(decision, name) for name in CHANGES}
    if (await tx.execute(sa.update(DECISIONS).where(followed).values(changes))).rowcount == 0:
        raise VersionMismatch


async def add_request(tx: AsyncConnection, request: InformationRequest) -> None:
    await tx.execute(sa.insert(INFORMATION_REQUESTS).values(vars(request)))


async def save_request(tx: AsyncConnection, request: InformationRequest) -> None:
    await rows.replace(tx, INFORMATION_REQUESTS, vars(request))


async def load_request(
    tx: AsyncConnection, decision_id: UUID, request_id: UUID, principal: Principal, *, for_update: bool = False
) -> InformationRequest:
    select = _requests(principal, decision_id).where(INFORMATION_REQUESTS.c.request_id == request_id)
    return _request(await rows.only(tx, select.with_for_update() if for_update else select))


async def list_requests(
    tx: AsyncConnection, decision_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[InformationRequest]:
    found = await paging.fetch(tx, _requests(principal, decision_id), wanted, INFORMATION_REQUESTS.c.request_id)
    return found.map(_request)


async def add_appeal(tx: AsyncConnection, appeal: Appeal) -> None:
    await tx.execute(sa.insert(APPEALS).values(vars(appeal)))


async def save_appeal(tx: AsyncConnection, appeal: Appeal) -> None:
    """How it ended; nothing else of it changes."""
    ruling = RULING.dump_python(appeal.ruling, mode="json")
    await rows.replace(tx, APPEALS, {"appeal_id": appeal.appeal_id, "version": appeal.version, "ruling": ruling})


async def load_appeal(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> Appeal:
    """For the home institution and the learner."""
    seen = visible_to(principal, APPEALS.c.home_id, learner=APPEALS.c.learner_id)
    return _appeal(await rows.only(tx, sa.select(APPEALS).where(APPEALS.c.decision_id == decision_id, seen)))


async def find_open_appeals(tx: AsyncConnection, decisions: Collection[UUID]) -> Sequence[Appeal]:
    """Those against one of these decisions that nobody has decided on."""
    against = sa.and_(APPEALS.c.decision_id.in_(decisions), APPEALS.c.ruling.is_(None))
    return [_appeal(row) for row in await tx.execute(sa.select(APPEALS).where(against))]


async def erase_words(tx: AsyncConnection, learners: Collection[UUID]) -> None:
    """What people wrote about the learners; what was done stays."""
    for erase in ERASE:
        await tx.execute(erase, {"learners": list(learners)})


async def find_appealed_deciders(tx: AsyncConnection, learner_id: UUID, unit_id: UUID) -> set[str]:
    """Whose earlier decisions on the unit the learner has appealed against."""
    mine = sa.and_(APPEALS.c.learner_id == learner_id, APPEALS.c.unit_id == unit_id)
    return set(await tx.scalars(sa.select(APPEALS.c.against_by).where(mine, APPEALS.c.against_by.is_not(None))))


def _requests(principal: Principal, decision_id: UUID) -> sa.Select[Any]:
    """For both institutions and the learner whom it is about."""
    table = INFORMATION_REQUESTS.c
    seen = visible_to(principal, table.home_id, table.host_id, learner=table.learner_id)
    return sa.select(INFORMATION_REQUESTS).where(table.decision_id == decision_id, seen)


def _request(row: sa.Row[Any]) -> InformationRequest:
    return REQUEST.validate_python(row._asdict())


def _appeal(row: sa.Row[Any]) -> Appeal:
    return APPEAL.validate_python(row._asdict())
