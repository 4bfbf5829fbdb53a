"""Decisions of a year counted in groups of every fineness, in one statement."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.statistics import FEWEST, Counted, Group, Numbers
from services.recognition.tables import DECISIONS
from shared.auth import Principal
from shared.contracts.recognition import LearningKind, Mode
from shared.tenancy import visible_to

D = DECISIONS.c
BEFORE = DECISIONS.alias("before")
NUMBERS = [field.name for field in fields(Numbers)]
UNDECIDED = (DecisionState.MANUAL_REVIEW, DecisionState.APPEALED)
SECONDS_A_DAY = 86_400


async def count_decisions(tx: AsyncConnection, principal: Principal, year: int) -> Mapping[Group, Counted]:
    """Those that the caller's institution, or one in the competent body's countries, made; superseded ones apart."""
    counted = _grouped(_decided(principal, year).subquery())
    return {_group(row): _counted(row) for row in await tx.execute(counted)}


def _decided(principal: Principal, year: int) -> sa.Select[Any]:
    at = sa.func.timezone("UTC", D.decided_at)
    from_transcript = sa.extract("epoch", D.decided_at - D.transcript_issued_at) / SECONDS_A_DAY
    return sa.select(
        D.learner_id,
        D.host_country,
        sa.cast(D.host_id, sa.Text).label("host_id"),
        sa.cast(D.qualification_id, sa.Text).label("qualification_id"),
        sa.func.to_char(at, "YYYY-MM").label("month"),
        D.state,
        D.mode.is_not(None).label("is_decided"),
        _ever_reviewed().label("reviewed"),
        (sa.cast(at, sa.Date) - D.assessed_on).label("from_last_day"),
        from_transcript.label("from_transcript"),
    ).where(
        visible_to(principal, D.home_id, country=D.home_country),
        D.decided_at >= datetime(year, 1, 1, tzinfo=UTC),
        D.decided_at < datetime(year + 1, 1, 1, tzinfo=UTC),
        D.state != DecisionState.SUPERSEDED,
        D.kind == LearningKind.MOBILITY,
    )


def _ever_reviewed() -> sa.ColumnElement[bool]:
    """Nobody, or a person, has made one of the decisions on what the transcript says of the unit."""
    same = (getattr(BEFORE.c, name) == D[name] for name in ("learner_id", "unit_id", "transcript_id"))
    return sa.exists().where(*same, BEFORE.c.mode.is_distinct_from(Mode.AUTOMATIC))


def _grouped(decided: sa.Subquery) -> sa.Select[Any]:
    """A null stands for all: no column that is grouped by is ever null by itself."""
    one = decided.c
    learners = sa.func.array_agg(one.learner_id.distinct(), type_=pg.ARRAY(sa.Uuid))
    how_many = sa.func.cardinality(learners)  # counting them apart would sort them once more
    states = [state for state in DecisionState if state not in (*UNDECIDED, DecisionState.SUPERSEDED)]
    select = sa.select(
        one.host_country,
        one.host_id,
        one.qualification_id,
        one.month,
        sa.func.count().label("decisions"),
        how_many.label("learners"),
        *(sa.func.count().filter(one.state == state).label(state) for state in states),
        sa.func.count().filter(one.state.in_(UNDECIDED)).label("undecided"),
        sa.func.count().filter(one.reviewed).label("reviewed"),
        _median(one.from_last_day, one.is_decided).label("median_days_from_last_day"),
        _median(one.from_transcript, one.is_decided).label("median_days_from_transcript"),
        sa.case((how_many < FEWEST, learners)).label("few"),
    )
    partner = sa.func.rollup(one.host_country, one.host_id)
    grouped = select.group_by(partner, sa.func.cube(one.qualification_id), sa.func.cube(one.month))
    return grouped.having(sa.func.count() > 0)


def _median(days: sa.ColumnElement[Any], wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.round(sa.cast(sa.func.percentile_cont(0.5).within_group(days).filter(wanted), sa.Numeric), 1)


def _group(row: sa.Row[Any]) -> Group:
    partner = tuple(part for part in (row.host_country, row.host_id) if part is not None)
    return Group(
        partner=partner,
        qualification=() if row.qualification_id is None else (row.qualification_id,),
        month=() if row.month is None else (row.month,),
    )


def _counted(row: sa.Row[Any]) -> Counted:
    return Counted(Numbers(**{name: getattr(row, name) for name in NUMBERS}), frozenset(row.few or ()))
