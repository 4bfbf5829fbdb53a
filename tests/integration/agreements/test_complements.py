"""What took place is written down and signed, and home's decisions close the agreement, in whatever order they come."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.agreements import handlers
from shared import envelope
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementClosed,
    LearningAgreementComplemented,
)
from shared.contracts.facts import Fact
from shared.contracts.recognition import CreditRecognised
from shared.db import SYSTEM
from shared.service import Running
from shared.telemetry import current_traceparent
from tests.integration.agreements.abroad import (
    change_body,
    change_signed,
    complement_body,
    complement_drafted,
    complemented,
    completed,
    read,
    started,
)
from tests.integration.agreements.conftest import LEARNERS, World, answered, attempt, path_of, refused, step
from tests.support.builders.agreement_bodies import seen, unit_abroad_body
from tests.support.builders.agreements import comparability_of
from tests.support.builders.recognition import (
    credit_corrected,
    credit_documented,
    credit_partially_recognised,
    credit_recognised,
    credit_refused,
    evidence_kept,
    review_required,
)
from tests.support.locks import until_somebody_waits_for_a_lock
from tests.support.running import said_about, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

U1 = unit_abroad_body(comparability_of("U1"))
WRITE, SIGN = "complement", "complement/signatures"


async def recognised(agreements: Running, agreement: dict[str, Any]) -> list[CreditRecognised]:
    """What recognition says of each unit that is agreed now."""
    facts = await said_about(agreements, agreement["learning_agreement_id"])
    agreed = [fact for fact in facts if isinstance(fact, LearningAgreementAgreed)][-1]
    return [credit_recognised(agreed, unit_id=unit.unit_id) for unit in agreed.units]


async def closings(agreements: Running, agreement: dict[str, Any]) -> list[LearningAgreementClosed]:
    facts = await said_about(agreements, agreement["learning_agreement_id"])
    return [fact for fact in facts if isinstance(fact, LearningAgreementClosed)]


async def test_the_host_writes_down_what_took_place_and_the_three_read_it(world: World):
    over = await completed(world)
    drafted = await complement_drafted(
        world, over, interruptions=[{"first_day": "2026-03-09", "last_day": "2026-03-10"}]
    )
    assert (drafted["started_on"], drafted["ended_on"]) == ("2026-03-02", "2026-03-27")
    assert (drafted["state"], drafted["version"], drafted["signatures"]) == ("completed", over["version"] + 1, [])
    body = complement_body(over)
    assert {name: drafted[name] for name in body} == body
    for caller in (world.home("recogniser"), world.host("assessor"), world.learner(over["learner_id"])):
        response = await caller.get(f"{path_of(over)}/{WRITE}")
        assert answered(response) == drafted
        assert response.headers["etag"] == f'"{drafted["version"]}"'
    refused(await world.stranger().get(f"{path_of(over)}/{WRITE}"), "not-found")


async def test_with_both_signatures_it_is_complemented(world: World, agreements: Running):
    signed = await complemented(world, await completed(world))
    assert signed["state"] == "complemented"
    assert {signature["side"] for signature in signed["signatures"]} == {"learner", "host"}
    fact = (await said_about(agreements, signed["learning_agreement_id"]))[-1]
    assert isinstance(fact, LearningAgreementComplemented)
    assert (fact.version, fact.occurred_on) == (signed["version"], datetime.now(UTC).date())


async def test_partial_results_of_an_early_return_are_complemented_too(world: World):
    interrupted = {"last_day": "2026-03-13", "reason": "The workshop closed."}
    over = await step(world.host(), await started(world), "interruption", interrupted)
    assert (await complemented(world, over))["ended_on"] == interrupted["last_day"]


async def test_it_is_written_and_signed_only_when_and_by_whom_it_may_be(world: World):
    under_way = await started(world)
    path, body = f"{path_of(under_way)}/{WRITE}", complement_body(under_way)
    refused(await world.host().put(path, body, version=under_way["version"]), "wrong-state")
    refused(await world.host().get(path), "not-found")
    over = await step(world.host(), under_way, "completion", {"completed_on": "2026-03-27"})
    assert (await world.home().put(path, body, version=over["version"])).status_code == 403
    assert (await world.host("signatory").put(path, body, version=over["version"])).status_code == 403
    refused(await world.stranger().put(path, body, version=over["version"]), "not-found")
    refused(await world.host().put(path, body, version=over["version"] - 1), "version-mismatch")
    drafted = await complement_drafted(world, over)
    assert (await attempt(world.home(), drafted, SIGN, seen(drafted))).status_code == 403
    assert (await attempt(world.host("coordinator"), drafted, SIGN, seen(drafted))).status_code == 403
    refused(await attempt(world.learner(str(uuid4())), drafted, SIGN, seen(drafted)), "not-found")
    stale = seen(drafted) | {"content_hash": "0" * 64}
    refused(await attempt(world.host(), drafted, SIGN, stale), "stale-approval")
    once = await step(world.host(), drafted, SIGN, seen(drafted))
    refused(await attempt(world.host(), once, SIGN, seen(drafted)), "conflict")


async def test_nobody_who_was_erased_signs_what_took_place(world: World):
    drafted = await complement_drafted(world, await completed(world))
    learner = world.learner((await read(world, drafted))["learner_id"])
    where = f"{LEARNERS}/{learner.learner_id}/erasure"
    answered(await world.home().post(where, {"reason": "requested"}, version=1))
    response = await attempt(learner, await read(world, drafted), SIGN, seen(drafted))
    refused(response, "wrong-state")
    assert response.json()["state"] == "erased"


async def test_what_was_not_agreed_did_not_take_place_under_it(world: World):
    over = await completed(world)
    body = complement_body(over, host_outcome_ids=[str(uuid4())], evaluations=[])
    response = await world.host().put(f"{path_of(over)}/{WRITE}", body, version=over["version"])
    assert refused(response, "validation") == [("/host_outcome_ids/0", "not_agreed")]


async def test_home_s_decision_closes_it_whether_it_comes_after_the_complement_or_before(
    world: World, agreements: Running
):
    late, early = await completed(world), await completed(world)
    await tell(agreements, *await recognised(agreements, early))
    assert (await read(world, early))["state"] == "completed"
    assert (await complemented(world, early))["state"] == "closed"
    before = await complemented(world, late)
    await tell(agreements, *await recognised(agreements, late))
    for agreement in (late, early):
        closed = await read(world, agreement)
        assert (closed["state"], closed["version"]) == ("closed", before["version"] + 1)
        [fact] = await closings(agreements, agreement)
        assert fact.version == closed["version"]


async def test_it_is_closed_once_and_only_when_every_unit_is_decided_on(world: World, agreements: Running):
    agreed = await world.agreed()
    insertion = {"type": "insert", "code": "adding-virtual-component", "unit_id": U1["unit_id"]}
    body = change_body(agreed, insertion, units=[*agreed["units"], U1])
    changed = await change_signed(world, await step(world.home(), agreed, "changes", body))
    begun = await step(world.host(), changed, "start", {"started_on": "2026-03-02"})
    over = await step(world.host(), begun, "completion", {"completed_on": "2026-03-27"})
    await complemented(world, over)
    first, second = await recognised(agreements, over)
    await tell(agreements, first, replace(first, credit_id=uuid4(), version=2))
    assert (await read(world, over))["state"] == "complemented"
    await tell(agreements, second)
    await tell(agreements, second, first)
    assert len(await closings(agreements, over)) == 1


OUTCOMES = [credit_documented, credit_partially_recognised, credit_refused, credit_corrected, evidence_kept]


@pytest.mark.parametrize("decided", OUTCOMES)
async def test_whatever_home_decides_on_a_unit_is_its_outcome(
    world: World, agreements: Running, decided: Callable[[LearningAgreementAgreed], Fact]
):
    over = await complemented(world, await completed(world))
    facts = await said_about(agreements, over["learning_agreement_id"])
    agreed = next(fact for fact in facts if isinstance(fact, LearningAgreementAgreed))
    await tell(agreements, decided(agreed))
    assert (await read(world, over))["state"] == "closed"


async def test_what_is_still_under_review_is_no_outcome(world: World, agreements: Running):
    over = await complemented(world, await completed(world))
    facts = await said_about(agreements, over["learning_agreement_id"])
    agreed = next(fact for fact in facts if isinstance(fact, LearningAgreementAgreed))
    await tell(agreements, review_required(agreed))
    assert (await read(world, over))["state"] == "complemented"


async def test_what_home_has_to_decide_anew_has_no_outcome_until_it_has(world: World, agreements: Running):
    over = await completed(world)
    facts = await said_about(agreements, over["learning_agreement_id"])
    agreed = next(fact for fact in facts if isinstance(fact, LearningAgreementAgreed))
    await tell(agreements, credit_recognised(agreed), review_required(agreed))
    assert (await complemented(world, over))["state"] == "complemented"
    await tell(agreements, credit_refused(agreed))
    await tell(agreements, review_required(agreed))
    assert (await read(world, over))["state"] == "closed"


async def test_a_decision_on_an_agreement_that_is_not_known_harms_nobody(world: World, agreements: Running):
    over = await complemented(world, await completed(world))
    [decided] = await recognised(agreements, over)
    await tell(agreements, replace(decided, learning_agreement_id=uuid4()), decided)
    assert (await read(world, over))["state"] == "closed"


async def half_signed(world: World) -> dict[str, Any]:
    over = await completed(world)
    drafted = await complement_drafted(world, over)
    return await step(world.learner(over["learner_id"]), drafted, SIGN, seen(drafted))


async def test_a_signature_that_waits_for_a_decision_finds_it(world: World, agreements: Running):
    once = await half_signed(world)
    [decided] = await recognised(agreements, once)
    async with agreements.database.transaction(SYSTEM) as tx:
        await handlers.keep_unit_decisions(tx, [envelope.write(decided, current_traceparent())])
        signing = asyncio.create_task(step(world.host(), once, SIGN, seen(once)))
        await until_somebody_waits_for_a_lock(agreements.database)
    assert (await signing)["state"] == "closed"
    assert len(await closings(agreements, once)) == 1


async def test_signature_and_decision_at_the_same_moment_do_not_miss_each_other(world: World, agreements: Running):
    once = await half_signed(world)
    await asyncio.gather(
        step(world.host(), once, SIGN, seen(once)), tell(agreements, *await recognised(agreements, once))
    )
    assert (await read(world, once))["state"] == "closed"
    assert len(await closings(agreements, once)) == 1
