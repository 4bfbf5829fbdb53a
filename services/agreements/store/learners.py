from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learners import ErasureReason, Learner, PersonalData, Sealed
from services.agreements.domain.learning_agreements import State
from services.agreements.tables import LEARNERS, LEARNING_AGREEMENTS
from shared import paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

PERSONAL_DATA = TypeAdapter(PersonalData)
ERASED: dict[str, Any] = {one.name: None for one in fields(PersonalData)}
NAMES = (LEARNERS.c.given_name, LEARNERS.c.family_name)
ONE_AFTER_THE_OTHER = sa.text("SELECT pg_advisory_xact_lock(hashtext('learners'), hashtext(:home_id))")


def _visible(principal: Principal | None) -> sa.ColumnElement[bool]:
    """To the home institution and the learner, and to what the system does by itself (None)."""
    if principal is None:
        return sa.true()
    return visible_to(principal, LEARNERS.c.home_id, learner=LEARNERS.c.id)


def _last_agreed_day() -> sa.ScalarSelect[Any]:
    agreements = LEARNING_AGREEMENTS.c
    day = sa.func.coalesce(agreements.completed_on, agreements.ends_on.cast(sa.Date))
    return sa.select(sa.func.max(day)).where(agreements.learner_id == LEARNERS.c.id).scalar_subquery()


def _learners(principal: Principal | None) -> sa.Select[Any]:
    return sa.select(LEARNERS, _last_agreed_day().label("last_agreed_day")).where(_visible(principal))


async def load_learner(
    tx: AsyncConnection, learner_id: UUID, principal: Principal | None, *, for_update: bool = False
) -> Learner:
    """Names are for the home institution and the learner only."""
    select = _learners(principal).where(LEARNERS.c.id == learner_id)
    return _learner(await rows.only(tx, select.with_for_update(of=LEARNERS) if for_update else select))


async def list_learners(
    tx: AsyncConnection, principal: Principal, wanted: PageRequest, *, name: str | None = None
) -> Slice[Learner]:
    """`name` is what the given or the family name begins with."""
    select = _learners(principal)
    if name is not None:
        begins = [sa.func.lower(column).startswith(name.lower(), autoescape=True) for column in NAMES]
        select = select.where(sa.or_(*begins))
    return (await paging.fetch(tx, select, wanted, LEARNERS.c.id)).map(_learner)


async def alike(
    tx: AsyncConnection, home_id: UUID, fingerprints: Collection[str], *, besides: UUID | None = None
) -> list[UUID]:
    """The institution's learners with one of the fingerprints; until the transaction ends nobody else asks this.

    So two who register the same person at once do not miss each other.
    """
    await tx.execute(ONE_AFTER_THE_OTHER, {"home_id": str(home_id)})
    learners = LEARNERS.c
    same = sa.select(learners.id).where(
        learners.home_id == home_id, learners.fingerprints.overlap(list(fingerprints)), learners.id != besides
    )
    return list(await tx.scalars(same.order_by(learners.id)))


async def add_learner(tx: AsyncConnection, learner: Learner) -> None:
    await tx.execute(sa.insert(LEARNERS).values(_row(learner)))


async def save_learner(tx: AsyncConnection, learner: Learner) -> None:
    await rows.replace(tx, LEARNERS, _row(learner))


async def save_sealed(tx: AsyncConnection, learner: Learner, sealed: Sealed) -> None:
    """The same data under another key: no new version. The row has to be locked."""
    await tx.execute(sa.update(LEARNERS).where(LEARNERS.c.id == learner.id).values(_sealed_columns(sealed)))


async def sealed_otherwise(tx: AsyncConnection, key_id: str, after: UUID, at_most: int) -> Sequence[Learner]:
    """Locked: some of those, by id, whose identifiers are not sealed with this key; who is at work on one is left."""
    learners = LEARNERS.c
    other = sa.or_(learners.sealed_with < key_id, learners.sealed_with > key_id)  # ranges are what an index answers
    select = _learners(None).where(other, learners.id > after, learners.erased_at.is_(None))
    some = select.order_by(learners.id).limit(at_most).with_for_update(of=LEARNERS, skip_locked=True)
    return [_learner(row) for row in await tx.execute(some)]


async def next_learners(tx: AsyncConnection, after: UUID, at_most: int) -> Sequence[Learner]:
    """Some of those who are not erased, by id."""
    select = _learners(None).where(LEARNERS.c.id > after, LEARNERS.c.erased_at.is_(None))
    return [_learner(row) for row in await tx.execute(select.order_by(LEARNERS.c.id).limit(at_most))]


async def agreements_in(tx: AsyncConnection, learner_id: UUID, states: Collection[State]) -> list[UUID]:
    """The learner's agreements that are in one of the states."""
    agreements = LEARNING_AGREEMENTS.c
    these = sa.select(agreements.id).where(agreements.learner_id == learner_id, agreements.state.in_(states))
    return list(await tx.scalars(these.order_by(agreements.id)))


def _learner(row: sa.Row[Any]) -> Learner:
    return Learner(
        id=row.id,
        version=row.version,
        home_id=row.home_id,
        personal=None if row.erased_at else PERSONAL_DATA.validate_python(row._asdict()),
        sealed=Sealed(
            identifiers=row.sealed_identifiers, key_id=row.sealed_with, fingerprints=frozenset(row.fingerprints)
        ),
        distinct_from=frozenset(row.distinct_from),
        registered_at=row.registered_at,
        last_agreed_day=row.last_agreed_day,
        erased_at=row.erased_at,
        erased_because=row.erased_because and ErasureReason(row.erased_because),
    )


def _row(learner: Learner) -> dict[str, Any]:
    personal = ERASED if learner.personal is None else vars(learner.personal)
    return {
        "id": learner.id,
        "version": learner.version,
        "home_id": learner.home_id,
        **personal,
        "guardian": to_jsonable_python(personal["guardian"]),
        **_sealed_columns(learner.sealed),
        "distinct_from": sorted(learner.distinct_from),
        "registered_at": learner.registered_at,
        "erased_at": learner.erased_at,
        "erased_because": learner.erased_because,
    }


def _sealed_columns(sealed: Sealed) -> dict[str, Any]:
    return {
        "sealed_identifiers": sealed.identifiers,
        "sealed_with": sealed.key_id,
        "fingerprints": sorted(sealed.fingerprints),
    }
