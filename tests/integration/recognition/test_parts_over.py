"""No part of a unit is held after its last day, whoever notices (domain.md 4.3, 4.8)."""

import asyncio
from dataclasses import replace

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition import handlers
from services.recognition.domain.corrections import Wanted
from shared.auth import Principal
from shared.contracts.recognition import (
    CreditExpired,
    CreditPartiallyRecognised,
    CreditRevoked,
    ValidationCompleted,
)
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.recognition.parting import (
    DAY,
    RA,
    WEEK,
    K,
    S,
    end,
    go_on,
    hear,
    held,
    lasts_until,
    let_go,
    stays,
)
from tests.support.builders.assessment import (
    transcript_corrected,
    transcript_withdrawn,
)
from tests.support.records import credits_of, decisions_of, said_of
from tests.support.running import ApiCaller, as_owner, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_an_old_part_is_let_go_once_and_what_is_still_held_is_said(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    first, second = stays((K,), (S,))
    await hear(recognition, first, second)
    assert await held(recognition, first) == [(2, first.agreement.ends_on, lasts_until(second, 1))]
    go_on(monkeypatch, lasts_until(second, 1))
    await let_go(recognition)
    go_on(monkeypatch, lasts_until(first, 0))
    async with recognition.database.transaction(SYSTEM) as tx:
        assert await handlers.expire_credits(tx)
        await tx.rollback()
    before = await said_of(recognition, first.learner_id)
    assert len(before) == len([ValidationCompleted, CreditPartiallyRecognised]) * 2
    await asyncio.gather(let_go(recognition), let_go(recognition))
    *unchanged, said = await said_of(recognition, first.learner_id)
    assert unchanged == before
    assert isinstance(said, CreditPartiallyRecognised)
    assert (len(said.held_outcome_ids), said.version, said.valid_until) == (1, 3, lasts_until(first, 0))
    assert await held(recognition, first) == [(1, first.agreement.ends_on, lasts_until(first, 0))]
    go_on(monkeypatch, lasts_until(first, 0) + DAY)
    await let_go(recognition)
    *_, said = await said_of(recognition, first.learner_id)
    assert isinstance(said, CreditRevoked)
    assert (said.version, await held(recognition, first)) == (4, [])
    assert {one.state for one in await decisions_of(recognition, first.learner_id)} == {"partially_recognised"}


@pytest.mark.parametrize("late", [True, False], ids=["a late worker", "a worker in time"])
async def test_an_old_part_completes_nothing_whether_or_not_a_worker_was_there(
    recognition: Running,
    monkeypatch: pytest.MonkeyPatch,
    late: bool,  # noqa: FBT001 - parametrised
):
    rest, first = stays((S, RA), (K,))
    await hear(recognition, first)
    go_on(monkeypatch, lasts_until(first, 1) + DAY)
    if not late:
        await let_go(recognition)
    await hear(recognition, rest)
    await let_go(recognition)
    kinds = [type(fact) for fact in await said_of(recognition, first.learner_id)]
    held_again = [ValidationCompleted, CreditPartiallyRecognised]
    assert kinds == [ValidationCompleted, CreditPartiallyRecognised, CreditRevoked, *held_again]
    assert await held(recognition, first) == [(2, rest.agreement.ends_on, lasts_until(rest, 0))]
    assert await credits_of(recognition, first.learner_id) == []


async def test_what_was_let_go_stays_so_when_the_host_says_the_same_of_another(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    rest, first = stays((S,), (K,))
    await hear(recognition, rest, first)
    go_on(monkeypatch, lasts_until(first, 1) + DAY)
    value = replace(rest.transcript.assessments[0], assessed_on=rest.agreement.ends_on - DAY)
    await tell(recognition, transcript_corrected(rest.agreement, rest.transcript, value))
    await tell(recognition, transcript_withdrawn(replace(rest.transcript, version=2)))
    states = {one.state for one in await decisions_of(recognition, first.learner_id)}
    assert states == {"partially_recognised", "revoked", "superseded"}
    assert await held(recognition, first) == []


async def test_what_was_kept_as_evidence_takes_the_place_of_a_part_that_is_over(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    rest, again, first = stays((S, RA), (K,), (K,))
    await hear(recognition, first, again)
    go_on(monkeypatch, lasts_until(again, 1))
    await let_go(recognition)
    assert await held(recognition, first) == [(1, again.agreement.ends_on - DAY, lasts_until(again, 1))]
    await hear(recognition, rest)
    assert len(await credits_of(recognition, first.learner_id)) == 1


async def test_a_unit_that_is_over_with_its_parts_stays_over_whatever_is_said_again(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    rest, first = stays((S, RA), (K,))
    await hear(recognition, first, rest)
    go_on(monkeypatch, lasts_until(rest, 0) + DAY)
    await let_go(recognition)
    before = await said_of(recognition, first.learner_id)
    assert isinstance(before[-1], CreditExpired)
    for one in first, rest:
        await tell(recognition, transcript_corrected(one.agreement, one.transcript, *one.transcript.assessments))
    assert await said_of(recognition, first.learner_id) == before
    again = replace(rest.transcript, version=2)
    value = replace(rest.transcript.assessments[0], assessed_on=rest.agreement.ends_on - DAY)
    await tell(recognition, transcript_corrected(rest.agreement, again, value))
    assert [one.state for one in await credits_of(recognition, first.learner_id)] == ["revoked"]
    assert await held(recognition, first) == []


async def test_a_person_who_puts_right_how_long_it_counts_has_all_of_it_count_again(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    rest, first = stays((S, RA), (K,))
    await hear(recognition, first, rest)
    go_on(monkeypatch, lasts_until(rest, 0) + DAY)
    await let_go(recognition)
    [*_, decision] = await decisions_of(recognition, first.learner_id)
    recogniser = Principal(sub="recogniser", org=rest.agreement.home_id, roles=frozenset({"recogniser"}))
    until = lasts_until(rest, 0) + WEEK
    async with recognition.database.transaction(str(rest.agreement.home_id)) as tx:
        wanted = Wanted(valid_until=until)
        await handlers.correct_decision(tx, recogniser, decision.decision_id, decision.version, wanted, "A law.")
    assert [(one.state, one.valid_until) for one in await credits_of(recognition, first.learner_id)] == [
        ("active", until)
    ]


async def test_simulations_do_not_count_what_is_over(recognition: Running, api: httpx2.AsyncClient):
    first, rest = stays((K,), (S, RA))
    await hear(recognition, first)
    await tell(recognition, *rest.reference)
    home = ApiCaller(api, rest.agreement.home_id, ("recogniser",))
    asked = {"learning_agreement_id": str(rest.agreement.learning_agreement_id)}
    states = []
    for _ in range(2):
        [unit] = (await home.post("/v1/simulations", asked)).json()["units"]
        states.append(unit["state"])
        await end(recognition, first)
    assert states == ["recognised", "partially_recognised"]
    assert not any(isinstance(one, CreditRevoked) for one in await said_of(recognition, first.learner_id))


async def test_what_cannot_be_settled_is_not_looked_at_again_at_once(recognition: Running):
    first, other = stays((K,), (S,))[0], stays((K,), (S,))[1]
    await hear(recognition, first, other)
    async with as_owner(recognition).begin() as tx:
        named = {"id": first.agreement.learning_agreement_id}
        await tx.execute(sa.text("DELETE FROM known_learning_agreements WHERE id = :id"), named)
    await end(recognition, first)
    await end(recognition, other)
    await let_go(recognition)
    assert [len(await held(recognition, one)) for one in (first, other)] == [1, 0]
