"""A memorandum in force: general information, suspensions, notices, and what time does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine

from services.agreements import handlers, store
from services.agreements.store import Due
from services.agreements.tables import DUE_TRANSITIONS, MEMORANDA
from services.agreements.workers import take_due_transitions
from shared.contracts.agreements import (
    MemorandumExpired,
    MemorandumGeneralInformationChanged,
    MemorandumResumed,
    MemorandumSuspended,
    MemorandumTerminated,
    MemorandumTerminationNotified,
    MemorandumTerminationWithdrawn,
)
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.conftest import World, answered, attempt, everything, path_of, refused, step
from tests.support.builders.agreement_bodies import seen
from tests.support.builders.agreements import covered
from tests.support.builders.catalogue import ITALY, ITALY_ICT, MALTA_COUNCIL, MALTA_ICT
from tests.support.memoranda import DAY, midnight, terms_of, work_at
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "The workshop burnt down."}
ONE, OTHER = str(MALTA_ICT.qualification_id), str(ITALY_ICT.qualification_id)
QUALIFICATIONS = [covered(MALTA_ICT), covered(ITALY_ICT)]
TODAY = datetime.now(UTC).date()


def body_of(world: World, *countries: str) -> ApiCaller:
    return ApiCaller(world.http, MALTA_COUNCIL.institution_id, ("competent_body",), countries)


def standing(memorandum: dict[str, Any]) -> dict[str, bool]:
    return {one["qualification_id"]: one["in_force"] for one in memorandum["by_qualification"]}


async def test_general_information_needs_no_approval_and_leaves_a_trace(world: World, agreements: Running):
    active = await world.active_memorandum()
    path, before = f"{path_of(active)}/general-info", {"website": "https://school.example", "contacts": []}
    after = {"contacts": [{"purpose": "operational", "name": "Office", "email": "mobility@school.example"}]}
    first = answered(await world.host("coordinator").put(path, before, version=active["version"]))
    second = answered(await world.host("coordinator").put(path, after, version=first["version"]))
    own = second["general_info"][str(ITALY.institution_id)]
    assert (own["website"], own["contacts"][0]["name"]) == (None, "Office")
    assert (second["content_hash"], second["approvals"]) == (active["content_hash"], active["approvals"])
    last = (await everything(world.home(), f"{path_of(active)}/history"))[-1]
    assert (last["command"], last["before"]["website"]) == ("change_general_info", "https://school.example")
    fact = (await said_about(agreements, active["memorandum_id"]))[-1]
    assert isinstance(fact, MemorandumGeneralInformationChanged)
    assert "Office" not in repr(fact)
    assert (await world.host().put(path, before, version=first["version"])).status_code == 412
    for nonsense in ({"website": "ftp://x"}, {"contacts": [{"purpose": "private", "name": "X"}]}):
        refused(await world.host().put(path, nonsense, version=second["version"]), "validation")


async def test_one_qualification_can_be_suspended_and_resumed(world: World, agreements: Running):
    active = await world.active_memorandum(qualifications=QUALIFICATIONS)
    suspended = await step(world.host(), active, "suspension", REASON | {"qualification_ids": [ONE]})
    assert (suspended["state"], suspended["in_force"], standing(suspended)) == (
        "active",
        True,
        {ONE: False, OTHER: True},
    )
    assert suspended["suspensions"][0]["reason"] == REASON["reason"]
    refused(await attempt(world.home(), suspended, "resumption", {"qualification_ids": [ONE]}), "forbidden")
    resumed = await step(world.host(), suspended, "resumption", {"qualification_ids": [ONE]})
    assert standing(resumed) == {ONE: True, OTHER: True}
    *_, said, unsaid = await said_about(agreements, active["memorandum_id"])
    assert isinstance(said, MemorandumSuspended)
    assert isinstance(unsaid, MemorandumResumed)
    assert said.qualification_ids == unsaid.qualification_ids == (MALTA_ICT.qualification_id,)


async def test_a_competent_body_suspends_what_is_in_its_scope(world: World):
    active, council = await world.active_memorandum(), body_of(world, "MT")
    assert answered(await council.get(path_of(active))) == active
    suspended = await step(council, active, "suspension", REASON)
    assert (suspended["state"], suspended["not_in_force_because"]) == ("suspended", "It is suspended.")
    refused(await attempt(world.home(), suspended, "resumption", {}), "forbidden")
    refused(await attempt(body_of(world, "IT"), suspended, "resumption", {}), "forbidden")
    refused(await attempt(body_of(world, "DE"), suspended, "resumption", {}), "not-found")
    resumed = await step(council, suspended, "resumption", {})
    assert (resumed["state"], resumed["in_force"]) == ("active", True)
    refused(await attempt(council, resumed, "termination", REASON), "forbidden")


async def test_no_agreement_is_signed_while_it_is_suspended(world: World):
    active = await world.active_memorandum()
    signed = await world.learner_signed(active)
    await step(world.host(), active, "suspension", REASON)
    refused(await attempt(world.home(), signed, "signatures", seen(signed)), "memorandum-not-in-force")


async def test_a_notice_can_be_taken_back_by_who_gave_it(world: World, agreements: Running):
    active = await world.active_memorandum(notice_months=6)
    notified = await step(world.host(), active, "termination", REASON)
    assert (notified["state"], notified["in_force"]) == ("termination_notified", True)
    assert [one["open"] for one in notified["by_qualification"]] == [False]
    assert len(await due_of(agreements, active)) == 2
    refused(await attempt(world.home(), notified, "termination-withdrawal"), "forbidden")
    again = await step(world.host(), notified, "termination-withdrawal")
    assert (again["state"], again["notice"]) == ("active", None)
    assert set(await due_of(agreements, active)) == {"expire"}
    *_, given, taken_back = await said_about(agreements, active["memorandum_id"])
    assert isinstance(given, MemorandumTerminationNotified)
    assert isinstance(taken_back, MemorandumTerminationWithdrawn)


async def test_a_notice_ends_it_by_time_and_what_was_agreed_goes_on(world: World, agreements: Running):
    active = await world.active_memorandum()
    signed = await world.learner_signed(active)
    by_home = await step(world.home(), signed, "signatures", seen(signed))
    agreed = await step(world.host(), by_home, "approval", seen(signed))
    notified = await step(world.home(), answered(await world.home().get(path_of(active))), "termination", REASON)
    last = datetime.fromisoformat(notified["notice"]["terminates_on"]).date()
    await work_at(agreements, midnight(last + DAY) - timedelta(seconds=1))
    assert answered(await world.home().get(path_of(active)))["state"] == "termination_notified"
    await work_at(agreements, midnight(last + 8 * DAY))  # it was down for a week
    ended = answered(await world.home().get(path_of(active)))
    assert (ended["state"], ended["in_force"]) == ("terminated", False)
    assert await due_of(agreements, active) == {}
    fact = (await said_about(agreements, active["memorandum_id"]))[-1]
    assert isinstance(fact, MemorandumTerminated)
    assert (fact.occurred_on, fact.by_id, fact.version) == (last + DAY, None, ended["version"])
    started = await step(world.host(), agreed, "start", {"started_on": "2026-03-02"})
    assert started["state"] == "in_mobility"


async def test_it_expires_once_however_many_workers_there_are(world: World, agreements: Running):
    until = TODAY + 30 * DAY
    active = await world.active_memorandum(valid_until=until)
    assert await due_of(agreements, active) == {"expire": midnight(until + DAY)}
    with time_machine.travel(midnight(until + 8 * DAY), tick=False):
        await asyncio.gather(*(take_due_transitions(agreements) for _ in range(3)))
    expired = answered(await world.home().get(path_of(active)))
    assert (expired["state"], expired["version"]) == ("expired", active["version"] + 1)
    ends = [
        fact for fact in await said_about(agreements, active["memorandum_id"]) if isinstance(fact, MemorandumExpired)
    ]
    assert [fact.occurred_on for fact in ends] == [until + DAY]
    lines = await everything(world.home(), f"{path_of(active)}/history")
    assert (lines[-1]["command"], lines[-1]["institution_id"]) == ("expire", None)


async def test_its_etag_changes_when_its_validity_begins(world: World, agreements: Running):
    active = await world.active_memorandum(valid_from=TODAY + 5 * DAY)
    assert (await due_of(agreements, active))["begin"] == midnight(TODAY + 5 * DAY)
    await work_at(agreements, midnight(TODAY + 5 * DAY))
    with time_machine.travel(midnight(TODAY + 5 * DAY), tick=False):
        begun = answered(await world.home().get(path_of(active)))
    assert (begun["in_force"], begun["version"]) == (True, active["version"] + 1)


async def test_an_amendment_puts_the_end_off(world: World, agreements: Running):
    until = TODAY + 40 * DAY
    active = await world.active_memorandum(valid_until=until)
    terms = terms_of(active, valid_until=str(until + 30 * DAY))
    amending = await step(world.home(), active, "amendments", terms)
    for party in (world.home(), world.host()):
        amending = await step(party, amending, "amendments/approvals", seen(amending["amendment"] or amending))
    await work_at(agreements, midnight(until + DAY))
    assert answered(await world.home().get(path_of(active)))["state"] == "active"
    await work_at(agreements, midnight(until + 31 * DAY))
    assert answered(await world.home().get(path_of(active)))["state"] == "expired"


async def test_what_is_no_longer_possible_is_dropped_and_keeps_nothing_else_from_being_done(
    world: World, agreements: Running
):
    active, rejected = await world.active_memorandum(), await world.proposed_memorandum()
    nobody = UUID(int=77)
    async with agreements.database.transaction(SYSTEM) as tx:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        for id_ in (UUID(rejected["memorandum_id"]), nobody):
            await store.schedule(tx, "memorandum", id_, "expire", long_ago)
        await store.schedule(tx, "memorandum", UUID(active["memorandum_id"]), "expire", long_ago + DAY)
        await store.schedule(tx, "memorandum", nobody, "no such command", long_ago)
    await take_due_transitions(agreements)
    assert answered(await world.home().get(path_of(active)))["state"] == "expired"
    assert answered(await world.home().get(path_of(rejected))) == rejected
    assert await due_of(agreements, rejected) == {}
    async with agreements.database.transaction(SYSTEM) as tx:  # what failed stays due
        assert await tx.scalar(sa.select(DUE_TRANSITIONS.c.command).where(of(nobody))) == "no such command"
        await store.unschedule(tx, nobody, "no such command")


async def test_a_transition_that_was_put_off_in_the_meantime_is_not_taken(world: World, agreements: Running):
    active = await world.active_memorandum()
    id_, now = UUID(active["memorandum_id"]), datetime.now(UTC)
    stale = Due("memorandum", id_, "expire", now - DAY)
    async with agreements.database.transaction(SYSTEM) as tx:
        assert await handlers.take_due(tx, stale, now) is False
    assert answered(await world.home().get(path_of(active))) == active


def of(memorandum_id: UUID | str) -> sa.ColumnElement[bool]:
    return DUE_TRANSITIONS.c.aggregate_id == memorandum_id


async def due_of(agreements: Running, memorandum: dict[str, Any]) -> dict[str, datetime]:
    select = sa.select(DUE_TRANSITIONS.c.command, DUE_TRANSITIONS.c.due_at).where(of(memorandum["memorandum_id"]))
    async with agreements.database.transaction(SYSTEM) as tx:
        return {row.command: row.due_at for row in await tx.execute(select)}


async def test_a_competent_body_sees_no_draft_and_writes_none(world: World, agreements: Running):
    """Both belts: the store as SYSTEM, and bare SQL on behalf of the countries."""
    drafted, proposed = await world.drafted_memorandum(), await world.proposed_memorandum()
    council = body_of(world, "MT")
    refused(await council.get(path_of(drafted)), "not-found")
    found = {one["memorandum_id"] for one in await everything(council, "/v1/memoranda")}
    assert proposed["memorandum_id"] in found
    assert drafted["memorandum_id"] not in found
    for countries, sees in (("MT", 1), ("FR,IT", 1), ("DE", 0)):
        async with agreements.database.transaction(countries) as tx:
            for memorandum, expected in ((drafted, 0), (proposed, sees)):
                this = MEMORANDA.c.id == memorandum["memorandum_id"]
                assert len((await tx.execute(sa.select(MEMORANDA.c.id).where(this))).all()) == expected
                assert (await tx.execute(sa.delete(MEMORANDA).where(this))).rowcount == 0
