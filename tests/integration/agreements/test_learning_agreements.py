import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import LearningAgreementAgreed, LearningAgreementCancelled, LearningAgreementSigned
from shared.service import Running
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    World,
    answered,
    attempt,
    everything,
    hear,
    path_of,
    refused,
    step,
    withdrawal_of,
)
from tests.support.builders.agreement_bodies import learning_agreement_body, seen, unit_abroad_body
from tests.support.builders.agreements import comparability_of
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

TODAY = datetime.now(UTC).date()


async def a_body(world: World, **changes: Any) -> dict[str, Any]:
    """Of a new learner under a memorandum in force."""
    learner = await world.registered_learner()
    return learning_agreement_body(learner["learner_id"], await world.active_memorandum(), **changes)


async def test_a_draft_reads_back_as_it_was_written(world: World):
    body = await a_body(world)
    response = await world.home("coordinator").post(AGREEMENTS, body)
    drafted = answered(response, 201)
    read = await world.host("coordinator").get(response.headers["location"])
    assert answered(read) == drafted
    assert read.headers["etag"] == response.headers["etag"] == '"1"'
    assert (drafted["state"], drafted["content_version"], drafted["signatures"]) == ("draft", 1, [])
    (unit,) = drafted.pop("units")
    assert unit == body.pop("units")[0] | dict.fromkeys(("alternative", "part", "recognition"))
    assert {name: drafted[name] for name in body} == body
    assert drafted["home_id"] == str(MALTA.institution_id)


async def test_ids_that_are_not_known_or_not_one_s_own_are_named(world: World):
    body = await a_body(world)
    for name in ("learner_id", "memorandum_id", "host_id", "qualification_id"):
        response = await world.home().post(AGREEMENTS, body | {name: str(uuid4())})
        assert refused(response, "validation")[0] == (f"/{name}", "unknown")
        assert "may not have arrived yet" in response.json()["errors"][0]["detail"]
    unit = body["units"][0] | {"comparability_id": str(uuid4())}
    response = await world.home().post(AGREEMENTS, body | {"units": [unit]})
    assert refused(response, "validation") == [("/units/0/comparability_id", "unknown")]
    assert refused(await world.host().post(AGREEMENTS, body), "validation") == [("/learner_id", "unknown")]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"units": []}, "/units"),
        ({"units": [unit_abroad_body(comparability_of("U3"))] * 2}, "/units"),
        ({"units": [unit_abroad_body(comparability_of("U3"), outcomes=[])]}, "/units/0/outcomes"),
        ({"units": [unit_abroad_body(comparability_of("U3"), automatic=False)]}, "/units/0/alternative"),
        ({"ends_on": "2026-03-01"}, ""),
        ({"memorandum_version": 2**31}, "/memorandum_version"),
        ({"transcript_policy": "never"}, "/transcript_policy"),
        ({"home_id": str(uuid4())}, "/home_id"),
    ],
)
async def test_what_is_not_an_agreement_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str):
    errors = refused(await world.home().post(AGREEMENTS, await a_body(world, **changes)), "validation")
    assert [place for place, _ in errors] == [pointer]


async def test_a_result_abroad_that_would_count_for_two_units_is_refused_in_a_new_draft_and_in_an_edited_one(
    world: World,
):
    u3, u1 = (unit_abroad_body(comparability_of(code)) for code in ("U3", "U1"))
    twice = u1["outcomes"][0] | {"host_outcome_id": u3["outcomes"][0]["host_outcome_id"]}
    body = await a_body(world, units=[u3, u1])
    drafted = answered(await world.home().post(AGREEMENTS, body), 201)
    body["units"][1]["outcomes"][0] = twice
    for response in (
        await world.home().post(AGREEMENTS, body),
        await world.home().put(path_of(drafted), body, version=1),
    ):
        assert response.status_code == 422
        assert refused(response, "validation") == [("/units/1/outcomes/0/host_outcome_id", "counted_twice")]


async def test_lists_show_home_host_and_learner_what_is_theirs(world: World):
    drafted = await world.drafted_agreement(await world.active_memorandum())
    for caller in (world.home("coordinator"), world.host("assessor"), world.learner(drafted["learner_id"])):
        for wanted in ({}, {"state": "draft"}, {"learner_id": drafted["learner_id"]}):
            assert drafted in await everything(caller, AGREEMENTS, **wanted)
        assert await everything(caller, AGREEMENTS, memorandum_id=drafted["memorandum_id"]) == [drafted]
        assert drafted not in await everything(caller, AGREEMENTS, state="agreed")
    for caller in (world.stranger(), world.learner(str(uuid4()))):
        assert await everything(caller, AGREEMENTS) == []
        refused(await caller.get(path_of(drafted)), "not-found")


async def test_home_can_edit_until_it_signs(world: World):
    drafted = await world.drafted_agreement()
    memorandum = {**drafted, "parties": [{}, {"institution_id": drafted["host_id"]}], "qualifications": [drafted]}
    body = learning_agreement_body(drafted["learner_id"], memorandum, ends_on="2026-03-20")
    edited = answered(await world.home().put(path_of(drafted), body, version=1))
    assert (edited["version"], edited["content_version"], edited["ends_on"]) == (2, 1, "2026-03-20")
    assert edited["content_hash"] != drafted["content_hash"]
    assert (await world.home().put(path_of(drafted), body, version=1)).status_code == 412
    assert (await world.host().put(path_of(drafted), body, version=2)).status_code == 403
    refused(await attempt(world.learner(drafted["learner_id"]), edited, "signatures", seen(drafted)), "stale-approval")
    signed = await step(world.learner(drafted["learner_id"]), edited, "signatures", seen(edited))
    again = answered(await world.home().put(path_of(drafted), body, version=signed["version"]))
    assert (again["state"], again["content_version"], again["signatures"]) == ("draft", 2, [])
    by_learner = await step(world.learner(drafted["learner_id"]), again, "signatures", seen(again))
    by_home = await step(world.home(), by_learner, "signatures", seen(by_learner))
    refused(await world.home().put(path_of(drafted), body, version=by_home["version"]), "wrong-state")


async def test_the_three_sign_in_turn_and_only_for_themselves(world: World):
    drafted = await world.drafted_agreement()
    learner = world.learner(drafted["learner_id"])
    refused(await attempt(world.home(), drafted, "signatures", seen(drafted)), "wrong-state")
    refused(await attempt(world.learner(str(uuid4())), drafted, "signatures", seen(drafted)), "not-found")
    assert (await attempt(world.host(), drafted, "signatures", seen(drafted))).status_code == 403
    assert (await attempt(world.home("coordinator"), drafted, "signatures", seen(drafted))).status_code == 403
    signed = await step(learner, drafted, "signatures", seen(drafted))
    refused(await attempt(learner, signed, "signatures", seen(signed)), "wrong-state")
    refused(await attempt(world.host(), signed, "approval", seen(signed)), "wrong-state")
    home_signed = await step(world.home("signatory"), signed, "signatures", seen(signed))
    assert (await attempt(world.home(), home_signed, "approval", seen(signed))).status_code == 403
    assert (await attempt(world.host("coordinator"), home_signed, "approval", seen(signed))).status_code == 403
    agreed = await step(world.host("signatory"), home_signed, "approval", seen(signed))
    assert (agreed["state"], agreed["version"], agreed["content_version"]) == ("agreed", 4, 1)
    assert [signature["side"] for signature in agreed["signatures"]] == ["learner", "home", "host"]


async def test_home_signs_only_under_a_memorandum_in_force(world: World):
    signed = await world.learner_signed(await world.proposed_memorandum())
    refused(await attempt(world.home(), signed, "signatures", seen(signed)), "memorandum-not-in-force")


async def test_home_signs_only_for_what_the_memorandum_covers(world: World):
    memorandum = await world.active_memorandum()
    outsider = await world.learner_signed(memorandum, host_id=ITALY_REGION.institution_id)
    refused(await attempt(world.home(), outsider, "signatures", seen(outsider)), "unit-not-covered")


async def test_home_says_yes_to_automation_only_where_the_memorandum_does(world: World):
    signed = await world.learner_signed(await world.active_memorandum(automatic_recognition=[]))
    response = await attempt(world.home(), signed, "signatures", seen(signed))
    assert refused(response, "validation") == [("/units/0/automatic", "not_opted_in")]


async def test_a_withdrawn_comparability_stops_home_and_host(world: World, agreements: Running):
    declared = replace(comparability_of("U5"), comparability_id=uuid4())
    await hear(agreements, [declared])
    memorandum, units = await world.active_memorandum(), [unit_abroad_body(declared)]
    learner_signed = await world.learner_signed(memorandum, units=units)
    other = await world.learner_signed(memorandum, units=units)
    home_signed = await step(world.home(), other, "signatures", seen(other))
    await hear(agreements, [withdrawal_of(declared)])
    for caller, agreement, transition in (
        (world.home(), learner_signed, "signatures"),
        (world.host(), home_signed, "approval"),
    ):
        response = await attempt(caller, agreement, transition, seen(agreement))
        assert refused(response, "validation") == [("/units/0/comparability_id", "withdrawn")]
    said = await said_about(agreements, home_signed["learning_agreement_id"])
    assert not any(isinstance(fact, LearningAgreementAgreed) for fact in said)


async def test_who_signed_what_is_withdrawn_since_signs_something_else_and_nobody_drafts_it_again(
    world: World, agreements: Running
):
    declared = replace(comparability_of("U5"), comparability_id=uuid4())
    await hear(agreements, [declared])
    memorandum, units = await world.active_memorandum(), [unit_abroad_body(declared)]
    signed = await world.learner_signed(memorandum, units=units)
    await hear(agreements, [withdrawal_of(declared)])
    other = learning_agreement_body(signed["learner_id"], memorandum)
    body = other | {"units": units}
    for response in (
        await world.home().post(AGREEMENTS, body | {"starts_on": "2026-06-01", "ends_on": "2026-06-26"}),
        await world.home().put(path_of(signed), body, version=signed["version"]),
    ):
        assert refused(response, "validation") == [("/units/0/comparability_id", "withdrawn")]
    edited = answered(await world.home().put(path_of(signed), other, version=signed["version"]))
    assert (edited["state"], edited["content_version"], edited["signatures"]) == ("draft", 2, [])
    learner = world.learner(edited["learner_id"])
    refused(await attempt(learner, edited, "signatures", seen(signed)), "stale-approval")
    by_learner = await step(learner, edited, "signatures", seen(edited))
    assert (await step(world.home(), by_learner, "signatures", seen(by_learner)))["state"] == "home_signed"
    contents = await everything(world.home(), f"{path_of(edited)}/versions")
    assert [len(one["signatures"]) for one in contents] == [1, 2]


async def test_a_learner_does_a_unit_only_once_at_a_time(world: World):
    body = await a_body(world)
    first = answered(await world.home().post(AGREEMENTS, body), 201)
    refused(await world.home().post(AGREEMENTS, body), "duplicate-agreement")
    later = answered(
        await world.home().post(AGREEMENTS, body | {"starts_on": "2026-03-28", "ends_on": "2026-04-10"}), 201
    )
    refused(await world.home().put(path_of(later), body, version=1), "duplicate-agreement")
    other_unit = body | {"units": [unit_abroad_body(comparability_of("U1"))]}
    answered(await world.home().post(AGREEMENTS, other_unit), 201)
    await step(world.home(), first, "cancellation", {"reason": "The learner fell ill."})
    answered(await world.home().post(AGREEMENTS, body), 201)


async def test_two_agreements_at_the_same_moment_do_not_miss_each_other(world: World):
    body = await a_body(world)
    answers = await asyncio.gather(*(world.home().post(AGREEMENTS, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_the_host_says_when_the_learner_came_and_went(world: World):
    agreed = await world.agreed()
    assert (await attempt(world.home(), agreed, "start", {"started_on": str(TODAY)})).status_code == 403
    future = {"started_on": str(TODAY + timedelta(days=3))}
    assert refused(await attempt(world.host(), agreed, "start", future), "validation") == [("/started_on", "in_future")]
    started = await step(world.host("coordinator"), agreed, "start", {"started_on": "2026-03-03"})
    assert (started["state"], started["started_on"]) == ("in_mobility", "2026-03-03")
    assert (await attempt(world.home(), started, "completion", {"completed_on": str(TODAY)})).status_code == 403
    early = await attempt(world.host(), started, "completion", {"completed_on": "2026-03-02"})
    assert refused(early, "validation") == [("/completed_on", "before_start")]
    completed = await step(world.host("coordinator"), started, "completion", {"completed_on": "2026-03-20"})
    assert (completed["state"], completed["completed_on"]) == ("completed", "2026-03-20")


async def test_home_can_give_up_what_is_not_agreed(world: World, agreements: Running):
    reason = {"reason": "The learner fell ill."}
    home_signed = await world.home_signed()
    assert (await attempt(world.host(), home_signed, "cancellation", reason)).status_code == 403
    cancelled = await step(world.home("coordinator"), home_signed, "cancellation", reason)
    assert (cancelled["state"], cancelled["ending"]["reason"]) == ("cancelled", reason["reason"])
    *_, last = await said_about(agreements, home_signed["learning_agreement_id"])
    assert isinstance(last, LearningAgreementCancelled)


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World, agreements: Running):
    signed, key = await world.home_signed(), str(uuid4())
    path = f"{path_of(signed)}/approval"
    first = await world.host().post(path, seen(signed), version=3, key=key)
    again = await world.host().post(path, seen(signed), version=3, key=key)
    assert answered(again) == answered(first)
    said = await said_about(agreements, signed["learning_agreement_id"])
    assert [type(fact) for fact in said] == [LearningAgreementSigned] * 3 + [LearningAgreementAgreed]
    assert first.json()["host_id"] == str(ITALY.institution_id)
