"""Stays of one learner that each bring a part of a unit, and what time does to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.recognition import workers
from services.recognition.tables import CONTRIBUTIONS, UNITS_IN_PROGRESS
from shared import clock
from shared.contracts.catalogue import OutcomeKind
from shared.service import Running
from tests.support.builders.assessment import (
    assessment_value,
    transcript_issued,
)
from tests.support.records import rows_of
from tests.support.running import as_owner, tell
from tests.support.stories import Story, elsewhere, story

K, S, RA = OutcomeKind
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def stays(*taught: Sequence[OutcomeKind], marks: Sequence[str | None] = ()) -> list[Story]:
    """Of one learner at as many hosts, each assessed on another day; what is given lasts for five years."""
    usual = story("U2")
    units = tuple(replace(unit, credit_validity_years=5) for unit in usual.home.units)
    told = [elsewhere(replace(usual, home=replace(usual.home, units=units)), *kinds) for kinds in taught]
    return [
        assessed(one, days, mark)
        for days, (one, mark) in enumerate(zip(told, marks or [None] * len(told), strict=True))
    ]


def assessed(told: Story, days_before: int, mark: str | None) -> Story:
    on, scale = told.agreement.ends_on - days_before * DAY, mark and "FR-20"
    value = assessment_value(told.agreement, assessed_on=on, grade=mark, grade_scale=scale)
    return replace(told, transcript=transcript_issued(told.agreement, value))


async def hear(recognition: Running, *told: Story) -> None:
    for one in told:
        await tell(recognition, *one.reference, one.transcript)


async def end(recognition: Running, told: Story) -> None:
    """What the host gave has been over for a week."""
    over = {"valid_until": clock.now().date() - WEEK}
    given = CONTRIBUTIONS.c.transcript_id == told.transcript.transcript_id
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.update(CONTRIBUTIONS).where(given).values(over))
        held = UNITS_IN_PROGRESS.c.learner_id == told.learner_id
        await tx.execute(sa.update(UNITS_IN_PROGRESS).where(held).values(over))


async def let_go(recognition: Running) -> None:
    while await workers.expire(recognition):
        pass


async def held(recognition: Running, told: Story) -> list[Any]:
    rows = await rows_of(recognition, UNITS_IN_PROGRESS, told.learner_id)
    return [(len(row.held_outcome_ids), row.assessed_on, row.valid_until) for row in rows]


def lasts_until(told: Story, days_before: int) -> Any:
    on = told.agreement.ends_on - days_before * DAY
    return on.replace(year=on.year + 5)


def go_on(patched: pytest.MonkeyPatch, day: date) -> None:
    patched.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
