"""Credits expire by time, once each, whoever notices (domain.md 4.8)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition import handlers, workers
from services.recognition.handlers import expiry
from services.recognition.tables import COMPLETED_QUALIFICATIONS, CREDITS
from shared import clock
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditExpired,
    CreditRecognised,
    QualificationCompleted,
    ReasonCode,
    ValidationCompleted,
)
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import learning_agreement_agreed
from tests.support.builders.assessment import transcript_issued
from tests.support.records import credits_of, decisions_of, ledger_of, rows_of, said_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, elsewhere, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

WEEK = timedelta(days=7)


async def recognised(recognition: Running, *codes: str) -> Story:
    """A learner to whom every compulsory unit counts: what is not named is optional."""
    told = story(*codes)
    units = tuple(replace(unit, compulsory=unit.code in codes) for unit in told.home.units)
    told = replace(told, home=replace(told.home, units=units))
    await tell(recognition, *told.reference, told.transcript)
    return told


async def ended(recognition: Running, *credits_: UUID) -> None:
    """A week ago."""
    over = sa.update(CREDITS).where(CREDITS.c.credit_id.in_(credits_)).values(valid_until=clock.now().date() - WEEK)
    async with recognition.database.transaction(SYSTEM) as tx:
        await tx.execute(over)


async def ids_of(recognition: Running, told: Story) -> list[UUID]:
    return [row.credit_id for row in await credits_of(recognition, told.learner_id)]


async def expire_all(recognition: Running) -> None:
    while await workers.expire(recognition):
        pass


async def expiries(recognition: Running, told: Story) -> list[CreditExpired]:
    return [one for one in await said_of(recognition, told.learner_id) if isinstance(one, CreditExpired)]


async def record(api: httpx2.AsyncClient, told: Story) -> dict[str, Any]:
    learner = ApiCaller(api, None, ("learner",), learner_id=told.learner_id)
    answer: dict[str, Any] = (await learner.get(f"/v1/records/{told.learner_id}")).json()
    return answer


async def test_a_credit_expires_once_and_the_qualification_is_open_again(recognition: Running, api: httpx2.AsyncClient):
    told = await recognised(recognition, "U1", "U3")
    before = await ledger_of(recognition, told.learner_id)
    assert (await record(api, told))["qualifications"][0]["completed_on"]
    first, second = await ids_of(recognition, told)
    await ended(recognition, first, second)
    await expire_all(recognition)
    await expire_all(recognition)
    said = await expiries(recognition, told)
    assert {one.credit_id for one in said} == {first, second}
    assert sorted(one.reopens_qualification for one in said) == [False, True]
    assert {one.version for one in said} == {2}
    rows = await credits_of(recognition, told.learner_id)
    assert {(row.state, row.version) for row in rows} == {("expired", 2)}
    assert await rows_of(recognition, COMPLETED_QUALIFICATIONS, told.learner_id) == []
    assert await ledger_of(recognition, told.learner_id) == before, "the ledger keeps what was"
    learner = ApiCaller(api, None, ("learner",), learner_id=told.learner_id)
    listed = {state: (await learner.get("/v1/credits", state=state)).json()["items"] for state in ("active", "expired")}
    assert (listed["active"], {one["state"] for one in listed["expired"]}) == ([], {"expired"})
    shown = await record(api, told)
    assert (shown["credits"], len(shown["expired"])) == ([], 2)
    [progress] = shown["qualifications"]
    assert (progress["complete"], progress["completed_on"], len(progress["missing"])) == (False, None, 2)


async def test_an_optional_unit_that_expires_leaves_the_qualification_complete(recognition: Running):
    told = story("U1", "U3")
    optional = tuple(replace(unit, compulsory=unit.code == "U1") for unit in told.home.units)
    told = replace(told, home=replace(told.home, units=optional))
    await tell(recognition, *told.reference, told.transcript)
    u3 = next(unit.unit_id for unit in told.home.units if unit.code == "U3")
    rows = await credits_of(recognition, told.learner_id)
    await ended(recognition, *(row.credit_id for row in rows if row.unit_id == u3))
    await expire_all(recognition)
    [said] = await expiries(recognition, told)
    assert (said.unit_id, said.reopens_qualification) == (u3, False)
    assert len(await rows_of(recognition, COMPLETED_QUALIFICATIONS, told.learner_id)) == 1


async def test_the_last_day_counts_and_without_one_there_is_no_end(recognition: Running):
    told = await recognised(recognition, "U1")
    await expire_all(recognition)
    [credit] = await ids_of(recognition, told)
    async with recognition.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.update(CREDITS).where(CREDITS.c.credit_id == credit).values(valid_until=clock.now().date()))
    await expire_all(recognition)
    assert await expiries(recognition, told) == []


async def test_a_backlog_is_taken_in_batches_and_by_two_workers_at_once(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    stories = [await recognised(recognition, "U1", "U3") for _ in range(3)]
    for told in stories:
        await ended(recognition, *await ids_of(recognition, told))
    monkeypatch.setattr(expiry, "AT_ONCE", 2)
    await asyncio.gather(expire_all(recognition), expire_all(recognition))
    for told in stories:
        assert len(await expiries(recognition, told)) == 2


async def test_killed_before_the_end_it_is_done_again(recognition: Running):
    told = await recognised(recognition, "U1")
    await ended(recognition, *await ids_of(recognition, told))
    async with recognition.database.transaction(SYSTEM) as tx:
        assert await handlers.expire_credits(tx)
        await tx.rollback()
    assert await expiries(recognition, told) == []
    await expire_all(recognition)
    assert len(await expiries(recognition, told)) == 1


async def test_what_has_expired_stands_in_the_way_of_no_other_unit(recognition: Running):
    """By the same outcome of the host, agreed for each of them in an agreement of its own."""
    told = story("U1", "U3")
    u1, u3 = told.agreement.units
    pair = replace(u3.outcomes[0], host_outcome_id=u1.outcomes[0].host_outcome_id)
    by_the_same = replace(u3, outcomes=(pair, *u3.outcomes[1:]))
    for unit in (u1, by_the_same, by_the_same):
        agreed = replace(told.agreement, units=(unit,), learning_agreement_id=uuid4())
        await tell(recognition, *replace(told, agreement=agreed).reference, transcript_issued(agreed))
        if unit is by_the_same:
            await ended(recognition, *await ids_of(recognition, told))
            await expire_all(recognition)
    _, blocked, free = [one.reasons for one in await decisions_of(recognition, told.learner_id)]
    assert set(blocked) - set(free) == {ReasonCode.DUPLICATE_CREDIT}


async def test_what_has_expired_can_be_earned_again(recognition: Running, api: httpx2.AsyncClient):
    told = await recognised(recognition, "U1")
    [old] = await ids_of(recognition, told)
    await ended(recognition, old)
    await expire_all(recognition)
    same = ("learner_id", "home_id", "home_country", "host_id", "host_country", "qualification_id", "units")
    again = learning_agreement_agreed(told.memorandum, **{name: getattr(told.agreement, name) for name in same})
    await tell(recognition, again, transcript_issued(again))
    kinds = [type(fact) for fact in await said_of(recognition, told.learner_id)]
    assert kinds.count(CreditRecognised) == kinds.count(QualificationCompleted) == 2
    shown = await record(api, told)
    [expired], [credit] = shown["expired"], shown["credits"]
    assert (expired["credit_id"], credit["credit_id"] != str(old)) == (str(old), True)
    assert shown["qualifications"][0]["points"] == "30.0"


async def test_what_is_over_stands_in_the_way_of_nothing_before_anybody_has_noticed(
    recognition: Running, api: httpx2.AsyncClient
):
    told = await recognised(recognition, "U3")
    [old] = await ids_of(recognition, told)
    await ended(recognition, old)
    again = elsewhere(told, *OutcomeKind)
    await tell(recognition, *again.reference, again.transcript)
    [said] = await expiries(recognition, told)
    assert said.credit_id == old
    kinds = [type(fact) for fact in await said_of(recognition, told.learner_id)]
    assert kinds.index(CreditExpired) < len(kinds) - 1 - kinds[::-1].index(CreditRecognised)
    shown = await record(api, told)
    assert ([one["credit_id"] for one in shown["expired"]], len(shown["credits"])) == ([str(old)], 1)
    await expire_all(recognition)
    assert len(await expiries(recognition, told)) == 1


async def test_what_was_kept_as_evidence_counts_when_the_first_is_over(recognition: Running, api: httpx2.AsyncClient):
    told = await recognised(recognition, "U3")
    again = elsewhere(told, *OutcomeKind)
    await tell(recognition, *again.reference, again.transcript)
    assert [one.state for one in await decisions_of(recognition, told.learner_id)] == ["recognised", "evidence_only"]
    [old] = await ids_of(recognition, told)
    await ended(recognition, old)
    await expire_all(recognition)
    kinds = [type(fact) for fact in await said_of(recognition, told.learner_id)]
    assert kinds[-4:] == [CreditExpired, ValidationCompleted, CreditRecognised, QualificationCompleted]
    shown = await record(api, told)
    [counts] = shown["credits"]
    assert counts["credit_id"] != str(old)
    assert shown["qualifications"][0]["complete"]


async def test_a_part_that_is_not_over_is_in_progress_again(recognition: Running, api: httpx2.AsyncClient):
    told = story("U2")
    rest = elsewhere(told, OutcomeKind.RESPONSIBILITY_AND_AUTONOMY)
    await tell(recognition, *told.reference, *rest.reference, told.transcript, rest.transcript)
    await ended(recognition, *await ids_of(recognition, told))
    await expire_all(recognition)
    [held] = (await record(api, told))["in_progress"]
    assert len(held["held_outcome_ids"]) == 2
