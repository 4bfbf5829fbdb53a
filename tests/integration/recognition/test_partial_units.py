"""A unit that is learnt in several places counts once, when all of it is there (domain.md 4.3)."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from services.recognition.domain.decisions import DecisionState
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import CreditPartiallyRecognised, CreditRecognised, ValidationCompleted
from shared.service import Running
from tests.support.records import credits_of, decisions_of, ledger_of, said_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, elsewhere, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

K, S, RA = OutcomeKind


async def record_of(api: httpx2.AsyncClient, told: Story) -> dict[str, Any]:
    caller = ApiCaller(api, told.agreement.home_id, ("recogniser",))
    record: dict[str, Any] = (await caller.get(f"/v1/records/{told.learner_id}")).json()
    return record


async def test_begun_in_italy_and_completed_in_malta_it_counts_once(recognition: Running, api: httpx2.AsyncClient):
    italy = story("U2")
    await tell(recognition, *italy.reference, italy.transcript)
    before = await record_of(api, italy)
    [begun] = before["in_progress"]
    assert (before["credits"], before["qualifications"][0]["points"]) == ([], None)
    malta = elsewhere(italy, RA, at_home=True)
    assert begun["needed_outcome_ids"] == [str(malta.agreement.units[0].outcomes[0].home_outcome_id)]
    await tell(recognition, *malta.reference, malta.transcript)
    after = await record_of(api, italy)
    assert after["in_progress"] == []
    [credit] = after["credits"]
    assert (credit["credit_id"], credit["points"]) == (begun["credit_id"], "25.0")
    [entry] = await ledger_of(recognition, italy.learner_id)
    assert str(entry.credit_id) == begun["credit_id"]
    kinds = [type(fact) for fact in await said_of(recognition, italy.learner_id)]
    assert kinds == [ValidationCompleted, CreditPartiallyRecognised, ValidationCompleted, CreditRecognised]


async def test_begun_grown_and_completed_in_one_batch_it_is_the_same(recognition: Running, api: httpx2.AsyncClient):
    italy = story("U2")
    stays = [elsewhere(italy, K), elsewhere(italy, S), elsewhere(italy, K, RA)]
    await tell(recognition, *italy.reference, *(fact for told in stays for fact in told.reference))
    await tell(recognition, *(told.transcript for told in stays))
    record = await record_of(api, italy)
    assert (len(record["credits"]), record["in_progress"]) == (1, [])
    [credit] = await credits_of(recognition, italy.learner_id)
    assert credit.version == 3


async def test_what_grows_stays_one_unit_in_progress(recognition: Running, api: httpx2.AsyncClient):
    italy = story("U2")
    stays = [elsewhere(italy, K), elsewhere(italy, RA)]
    for told in stays:
        await tell(recognition, *told.reference, told.transcript)
    [begun] = (await record_of(api, italy))["in_progress"]
    assert (len(begun["held_outcome_ids"]), len(begun["needed_outcome_ids"])) == (2, 1)


async def test_two_halves_that_arrive_at_once_make_one_unit(recognition: Running):
    italy = story("U2")
    rest = elsewhere(italy, RA)
    await tell(recognition, *italy.reference, *rest.reference)
    await asyncio.gather(tell(recognition, italy.transcript), tell(recognition, rest.transcript))
    assert len(await credits_of(recognition, italy.learner_id)) == 1
    assert len(await ledger_of(recognition, italy.learner_id)) == 1


async def test_a_transcript_said_again_adds_nothing(recognition: Running):
    italy = story("U2")
    await tell(recognition, *italy.reference, italy.transcript, italy.transcript)
    await tell(recognition, italy.transcript, replace(italy.transcript, version=2))
    assert len(await said_of(recognition, italy.learner_id)) == 2
    states = [one.state for one in await decisions_of(recognition, italy.learner_id)]
    assert states == [DecisionState.PARTIALLY_RECOGNISED]
