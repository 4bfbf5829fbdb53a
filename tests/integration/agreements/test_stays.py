"""The stay, by HTTP and by the clock; how it ends early, and how it is given up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
import time_machine

from services.agreements.tables import DUE_TRANSITIONS
from services.agreements.workers import take_due_transitions
from shared import clock
from shared.contracts.agreements import (
    LearningAgreementCancelled,
    LearningAgreementChangeDropped,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
)
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.abroad import (
    ENDED,
    STARTED,
    change_body,
    change_signed,
    changes_of,
    extended,
    read,
    started,
)
from tests.integration.agreements.conftest import World, answered, attempt, path_of, refused, step
from tests.support.builders.agreement_bodies import seen
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "The learner broke a leg."}
INTERRUPTED = {"last_day": "2026-03-13", **REASON}
DAY = timedelta(days=1)


async def agreed_from(world: World, starts_on: date, days: int = 30) -> dict[str, Any]:
    signed = await world.learner_signed(starts_on=str(starts_on), ends_on=str(starts_on + days * DAY))
    by_home = await step(world.home(), signed, "signatures", seen(signed))
    return await step(world.host(), by_home, "approval", seen(signed))


async def due_of(agreements: Running, agreement: dict[str, Any]) -> datetime | None:
    this = DUE_TRANSITIONS.c.aggregate_id == agreement["learning_agreement_id"]
    async with agreements.database.transaction(SYSTEM) as tx:
        due: datetime | None = await tx.scalar(sa.select(DUE_TRANSITIONS.c.due_at).where(this))
        return due


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def test_time_starts_a_stay_also_when_the_worker_was_down_for_a_week(world: World, agreements: Running):
    first_day = clock.now().date() + 10 * DAY
    agreed = await agreed_from(world, first_day)
    assert await due_of(agreements, agreed) == midnight(first_day)
    with time_machine.travel(midnight(first_day) - timedelta(seconds=1), tick=False):
        await take_due_transitions(agreements)
        assert (await read(world, agreed))["state"] == "agreed"
    with time_machine.travel(midnight(first_day) + 7 * DAY, tick=False):
        await take_due_transitions(agreements)
        await take_due_transitions(agreements)
        by_clock = await read(world, agreed)
    assert (by_clock["state"], by_clock["started_on"]) == ("in_mobility", str(first_day))
    assert by_clock["version"] == agreed["version"] + 1
    facts = await said_about(agreements, agreed["learning_agreement_id"])
    [fact] = [fact for fact in facts if isinstance(fact, LearningAgreementStarted)]
    assert (fact.started_on, fact.version) == (first_day, by_clock["version"])
    assert await due_of(agreements, agreed) is None


async def test_the_host_corrects_once_what_the_clock_has_said(world: World, agreements: Running):
    first_day = clock.now().date() + 10 * DAY
    agreed = await agreed_from(world, first_day)
    with time_machine.travel(midnight(first_day) + 3 * DAY, tick=False):
        await take_due_transitions(agreements)
        by_clock, later = await read(world, agreed), {"started_on": str(first_day + DAY)}
        corrected = await step(world.host(), by_clock, "start", later)
        refused(await attempt(world.host(), corrected, "start", later), "wrong-state")
    assert corrected["started_on"] == later["started_on"]
    starts = await said_about(agreements, agreed["learning_agreement_id"])
    days = [fact.started_on for fact in starts if isinstance(fact, LearningAgreementStarted)]
    assert days == [first_day, first_day + DAY]


async def test_clock_and_host_at_the_same_moment_start_it_once(world: World, agreements: Running):
    first_day = clock.now().date() + DAY
    agreed = await agreed_from(world, first_day)
    with time_machine.travel(midnight(first_day) + timedelta(hours=8), tick=False):
        _, by_host = await asyncio.gather(
            take_due_transitions(agreements),
            attempt(world.host(), agreed, "start", {"started_on": str(first_day)}),
        )
    assert by_host.status_code in {200, 412}
    facts = await said_about(agreements, agreed["learning_agreement_id"])
    assert sum(isinstance(fact, LearningAgreementStarted) for fact in facts) == 1


async def test_a_change_of_the_first_day_puts_the_start_off(world: World, agreements: Running):
    first_day = clock.now().date() + 10 * DAY
    agreed = await agreed_from(world, first_day)
    later = {"type": "dates", "code": "timetable-conflict"}
    body = change_body(agreed, later, starts_on=str(first_day + 5 * DAY))
    changed = await change_signed(world, await step(world.home(), agreed, "changes", body))
    assert await due_of(agreements, changed) == midnight(first_day + 5 * DAY)


async def test_what_the_host_said_or_what_is_cancelled_is_not_started_by_the_clock(world: World, agreements: Running):
    tomorrow = clock.now().date() + DAY
    arrived, cancelled = await agreed_from(world, tomorrow), await agreed_from(world, tomorrow)
    await step(world.host(), arrived, "start", {"started_on": str(tomorrow)})
    await step(world.home(), cancelled, "cancellation", REASON)
    assert [await due_of(agreements, one) for one in (arrived, cancelled)] == [None, None]


async def test_a_stay_that_is_past_when_it_is_agreed_waits_for_the_host(world: World, agreements: Running):
    assert await due_of(agreements, await world.agreed()) is None


@pytest.mark.parametrize("side", ["home", "host"])
async def test_a_stay_ends_early_with_a_reason_that_is_not_said(world: World, agreements: Running, side: str):
    caller = world.home("coordinator") if side == "home" else world.host("coordinator")
    interrupted = await step(caller, await started(world), "interruption", INTERRUPTED)
    assert (interrupted["state"], interrupted["completed_on"]) == ("interrupted", INTERRUPTED["last_day"])
    assert (interrupted["ending"]["side"], interrupted["ending"]["reason"]) == (side, REASON["reason"])
    fact = (await said_about(agreements, interrupted["learning_agreement_id"]))[-1]
    assert isinstance(fact, LearningAgreementInterrupted)
    assert (str(fact.occurred_on), fact.version) == (INTERRUPTED["last_day"], interrupted["version"])
    assert "leg" not in repr(fact)


async def test_an_open_change_lapses_with_the_stay(world: World, agreements: Running):
    before = await extended(world, await started(world))
    over = await step(world.host(), before, "completion", ENDED)
    [change] = await changes_of(world, over)
    assert change["ending"]["outcome"] == "lapsed"
    facts = (await said_about(agreements, over["learning_agreement_id"]))[-2:]
    assert [type(fact) for fact in facts] == [LearningAgreementChangeDropped, LearningAgreementCompleted]


async def test_after_it_is_agreed_either_institution_gives_it_up_with_a_trace(world: World, agreements: Running):
    for caller, agreement in (
        (world.home("coordinator"), await world.agreed()),
        (world.host("coordinator"), await started(world)),
    ):
        cancelled = await step(caller, agreement, "cancellation", REASON)
        assert (cancelled["state"], cancelled["ending"]["reason"]) == ("cancelled", REASON["reason"])
        assert cancelled["signatures"] == agreement["signatures"]
        fact = (await said_about(agreements, cancelled["learning_agreement_id"]))[-1]
        assert isinstance(fact, LearningAgreementCancelled)
        assert fact.version == cancelled["version"]
    assert (await attempt(world.host(), await world.home_signed(), "cancellation", REASON)).status_code == 403


Caller = Callable[[World, dict[str, Any]], ApiCaller]
EXPECTED: dict[str, tuple[dict[str, str], set[str]]] = {
    "start": (STARTED, {"host"}),
    "completion": (ENDED, {"host"}),
    "interruption": (INTERRUPTED, {"home", "host"}),
    "cancellation": (REASON, {"home", "host"}),
}
CALLERS: dict[str, Caller] = {
    "home": lambda world, _: world.home("coordinator"),
    "host": lambda world, _: world.host("coordinator"),
    "learner": lambda world, agreement: world.learner(agreement["learner_id"]),
    "home's signatory": lambda world, _: world.home("signatory"),
    "stranger": lambda world, _: world.stranger(),
}


@pytest.mark.parametrize("transition", EXPECTED)
async def test_each_step_is_for_its_own_side_only(world: World, transition: str):
    agreed = await world.agreed()
    agreement = agreed if transition == "start" else await step(world.host(), agreed, "start", STARTED)
    body, may = EXPECTED[transition]
    for name in CALLERS.keys() - may:
        response = await attempt(CALLERS[name](world, agreement), agreement, transition, body)
        assert response.status_code == (404 if name == "stranger" else 403), name
    assert (await attempt(world.host(), agreement, transition, body)).status_code == 200


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World, agreements: Running):
    before, key = await started(world), str(uuid4())
    path = f"{path_of(before)}/interruption"
    answers = [await world.host().post(path, INTERRUPTED, version=before["version"], key=key) for _ in range(2)]
    assert answered(answers[0]) == answered(answers[1])
    facts = await said_about(agreements, before["learning_agreement_id"])
    assert sum(isinstance(fact, LearningAgreementInterrupted) for fact in facts) == 1
    stale = await world.host().post(path, INTERRUPTED, version=before["version"])
    refused(stale, "version-mismatch")
