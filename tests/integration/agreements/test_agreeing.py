"""From a draft until all have signed, or until it is over: each by who may, from where it is possible."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import LearningAgreementAgreed, LearningAgreementSigned, Side
from shared.service import Running
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    World,
    answered,
    attempt,
    everything,
    path_of,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import learning_agreement_body, seen
from tests.support.learners import A_MINOR, GUARDIAN
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "The learner fell ill."}
COMMENT = {"text": "Our workshop is closed in the last week."}


def wanted(agreement: Mapping[str, Any]) -> dict[str, Any]:
    """A change request about what was just read."""
    return seen(agreement) | COMMENT


def body_of(agreement: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    memorandum = {**agreement, "parties": [{}, {"institution_id": agreement["host_id"]}], "qualifications": [agreement]}
    changes = {"memorandum_version": agreement["memorandum_version"]} | changes
    return learning_agreement_body(agreement["learner_id"], memorandum, **changes)


async def edited(world: World, agreement: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = body_of(agreement, **changes)
    return answered(await world.home().put(path_of(agreement), body, version=agreement["version"]))


async def signed_at_home(world: World, drafted: dict[str, Any]) -> dict[str, Any]:
    """By the learner and then by home."""
    signed = await step(world.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))
    return await step(world.home(), signed, "signatures", seen(drafted))


async def a_minor_s(world: World) -> dict[str, Any]:
    """A draft for a learner who is not of age."""
    learner = await world.registered_learner(birth_date=A_MINOR, guardian=GUARDIAN)
    body = learning_agreement_body(learner["learner_id"], await world.active_memorandum())
    return answered(await world.home().post(AGREEMENTS, body), 201)


async def guardian_signs(world: World, agreement: dict[str, Any]) -> dict[str, Any]:
    link = answered(await world.home().post(f"{path_of(agreement)}/signing-links", {"side": "guardian"}), 201)
    headers = {"Idempotency-Key": str(uuid4())}
    answered(await world.http.post(f"{link['path']}/signature", json=seen(agreement), headers=headers))
    return answered(await world.home().get(path_of(agreement)))


async def test_a_minor_s_agreement_takes_the_guardian_s_signature_too(world: World, agreements: Running):
    drafted = await a_minor_s(world)
    signed = await step(world.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))
    alone = await attempt(world.home(), signed, "signatures", seen(signed))
    refused(alone, "wrong-state")
    assert alone.json()["possible"] == ["edit", "sign_as_guardian", "cancel"]
    guarded = await guardian_signs(world, signed)
    home_signed = await step(world.home(), guarded, "signatures", seen(guarded))
    agreed = await step(world.host(), home_signed, "approval", seen(home_signed))
    assert agreed["state"] == "agreed"
    sides = [Side.LEARNER, Side.GUARDIAN, Side.HOME, Side.HOST]
    assert [signature["side"] for signature in agreed["signatures"]] == sides
    facts = await said_about(agreements, agreed["learning_agreement_id"])
    assert [fact.side for fact in facts if isinstance(fact, LearningAgreementSigned)] == sides
    assert isinstance(facts[-1], LearningAgreementAgreed)
    (kept,) = await everything(world.host(), f"{path_of(agreed)}/versions")
    assert [signature["side"] for signature in kept["signatures"]] == sides


async def test_what_the_host_wants_otherwise_is_kept_and_signed_anew(world: World):
    first = await world.home_signed()
    refused(
        await attempt(world.host(), first, "change-requests", wanted(first) | {"content_version": 2}), "stale-approval"
    )
    requested = await step(world.host("coordinator"), first, "change-requests", wanted(first))
    assert (requested["state"], requested["content_version"]) == ("changes_requested", 1)
    refused(await attempt(world.host(), requested, "approval", seen(requested)), "wrong-state")
    second = await edited(world, requested, ends_on="2026-03-20")
    assert (second["state"], second["content_version"], second["signatures"]) == ("draft", 2, [])
    learner = world.learner(second["learner_id"])
    refused(await attempt(learner, second, "signatures", seen(first)), "stale-approval")
    home_signed = await signed_at_home(world, second)
    again = await step(world.host(), home_signed, "change-requests", wanted(home_signed) | {"text": "One more thing."})
    third = await edited(world, again, ends_on="2026-03-19")
    agreed = await step(world.host(), await signed_at_home(world, third), "approval", seen(third))
    assert (agreed["state"], agreed["content_version"]) == ("agreed", 3)
    comments = await everything(learner, f"{path_of(agreed)}/change-requests")
    assert [(one["content_version"], one["text"]) for one in comments] == [(1, COMMENT["text"]), (2, "One more thing.")]
    versions = await everything(world.host(), f"{path_of(agreed)}/versions")
    assert [one["ends_on"] for one in versions] == ["2026-03-27", "2026-03-20", "2026-03-19"]
    assert [len(one["signatures"]) for one in versions] == [2, 2, 3]


async def test_contents_can_be_compared(world: World):
    first = await world.home_signed()
    requested = await step(world.host(), first, "change-requests", wanted(first))
    second = await edited(world, requested, ends_on="2026-03-20", reintegration="Two afternoons of catching up.")
    unsigned = f"{path_of(second)}/versions/2"
    refused(await world.home().get(unsigned), "not-found")
    await step(world.learner(second["learner_id"]), second, "signatures", seen(second))
    assert answered(await world.home().get(unsigned))["content_hash"] == second["content_hash"]
    compared = answered(await world.host().get(f"{unsigned}/diff", **{"from": 1}))
    assert compared["differences"] == [
        {"path": "/ends_on", "before": "2026-03-27", "after": "2026-03-20"},
        {"path": "/reintegration", "before": None, "after": "Two afternoons of catching up."},
    ]
    refused(await world.stranger().get(f"{path_of(second)}/versions/1/diff", **{"from": 1}), "not-found")
    for path in ("/versions", "/versions/1", "/change-requests"):
        refused(await world.stranger().get(f"{path_of(second)}{path}"), "not-found")


async def test_host_rejects_and_home_withdraws_for_good(world: World):
    for ending, caller, state in (("rejection", world.host(), "rejected"), ("withdrawal", world.home(), "withdrawn")):
        for agreement in (await world.home_signed(), await with_changes_requested(world)):
            ended = await step(caller, agreement, ending, REASON)
            assert (ended["state"], ended["ending"]["reason"]) == (state, REASON["reason"])
            refused(await attempt(caller, ended, ending, REASON), "wrong-state")
            answered(await world.home().post(AGREEMENTS, body_of(ended)), 201)  # its units are free again


async def with_changes_requested(world: World) -> dict[str, Any]:
    signed = await world.home_signed()
    return await step(world.host(), signed, "change-requests", wanted(signed))


async def test_a_draft_that_nobody_signed_can_be_deleted(world: World):
    drafted = await world.drafted_agreement()
    for caller in (world.host(), world.home("signatory")):
        assert (await caller.delete(path_of(drafted), version=1)).status_code == 403
    refused(await world.stranger().delete(path_of(drafted), version=1), "not-found")
    assert (await world.home().delete(path_of(drafted), version=2)).status_code == 412
    assert (await world.home("coordinator").delete(path_of(drafted), version=1)).status_code == 204
    refused(await world.home().get(path_of(drafted)), "not-found")
    edited_after_signing = await edited(world, await with_changes_requested(world))
    refused(
        await world.home().delete(path_of(edited_after_signing), version=edited_after_signing["version"]), "wrong-state"
    )


async def test_of_two_who_act_at_once_one_wins_and_the_other_loses_nothing(world: World, agreements: Running):
    """Host approves while home withdraws; whoever is late reads again and sees."""
    for _ in range(3):
        signed = await world.home_signed()
        answers = await asyncio.gather(
            attempt(world.host(), signed, "approval", seen(signed)),
            attempt(world.home(), signed, "withdrawal", REASON),
            attempt(world.host(), signed, "change-requests", wanted(signed)),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
        now = answered(await world.home().get(path_of(signed)))
        assert now["version"] == signed["version"] + 1
        assert now["state"] in {"agreed", "withdrawn", "changes_requested"}
        comments = await everything(world.host(), f"{path_of(signed)}/change-requests")
        assert bool(comments) is (now["state"] == "changes_requested")
        agreed = [
            fact
            for fact in await said_about(agreements, signed["learning_agreement_id"])
            if isinstance(fact, LearningAgreementAgreed)
        ]
        assert bool(agreed) is (now["state"] == "agreed")


async def test_two_signatures_at_once_are_one(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    learner = world.learner(drafted["learner_id"])
    answers = await asyncio.gather(*(attempt(learner, drafted, "signatures", seen(drafted)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len(await said_about(agreements, drafted["learning_agreement_id"])) == 1


async def test_a_year_has_no_more_learners_than_the_memorandum_is_for(world: World):
    memorandum = await world.active_memorandum(yearly_volume=1)
    signed = []
    for _ in range(2):
        learner_signed = await world.learner_signed(memorandum)
        signed.append(await step(world.home(), learner_signed, "signatures", seen(learner_signed)))
    answers = await asyncio.gather(*(attempt(world.host(), one, "approval", seen(one)) for one in signed))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = await world.learner_signed(memorandum)
    refused(await attempt(world.home(), late, "signatures", seen(late)), "conflict")
    next_year = await world.learner_signed(memorandum, starts_on="2027-03-01", ends_on="2027-03-26")
    await step(world.home(), next_year, "signatures", seen(next_year))


CALLERS = (
    "learner",
    "home coordinator",
    "home signatory",
    "host coordinator",
    "host signatory",
    "host assessor",
    "stranger",
)
# Who may do what at all; written down apart from the code.
MAY = {
    "edit": {"home coordinator"},
    "delete": {"home coordinator"},
    "signatures": {"learner", "home signatory"},
    "approval": {"host signatory"},
    "change-requests": {"host coordinator", "host signatory"},
    "rejection": {"host signatory"},
    "withdrawal": {"home coordinator", "home signatory"},
}
FROM = {
    "edit": {"draft", "learner_signed", "changes_requested"},
    "delete": {"draft"},
    "approval": {"home_signed"},
    "change-requests": {"home_signed"},
    "rejection": {"home_signed", "changes_requested"},
    "withdrawal": {"home_signed", "changes_requested"},
}
SIGNS = {"learner": {"draft"}, "home signatory": {"learner_signed"}}


async def in_state(world: World, state: str) -> dict[str, Any]:
    if state == "draft":
        return await world.drafted_agreement()
    if state == "learner_signed":
        return await world.learner_signed()
    if state == "changes_requested":
        return await with_changes_requested(world)
    if state == "agreed":
        return await world.agreed()
    signed = await world.home_signed()
    ending = {"rejected": (world.host(), "rejection"), "withdrawn": (world.home(), "withdrawal")}.get(state)
    return await step(*(ending[0], signed, ending[1], REASON)) if ending else signed


def caller_of(world: World, who: str, learner_id: str) -> ApiCaller:
    if who == "learner":
        return world.learner(learner_id)
    if who == "stranger":
        return world.stranger()
    side, role = who.split()
    return {"home": world.home, "host": world.host}[side](role)


async def tried(caller: ApiCaller, agreement: dict[str, Any], what: str) -> int:
    path, version = path_of(agreement), agreement["version"]
    if what == "edit":
        return (await caller.put(path, body_of(agreement), version=version)).status_code
    if what == "delete":
        return (await caller.delete(path, version=version)).status_code
    bodies = {"signatures": seen(agreement), "approval": seen(agreement), "change-requests": wanted(agreement)}
    return (await attempt(caller, agreement, what, bodies.get(what, REASON))).status_code


def expected(who: str, state: str, what: str) -> set[int]:
    if who == "stranger":
        return {404}
    if who not in MAY[what]:
        return {403}
    possible = SIGNS[who] if what == "signatures" else FROM[what]
    return {200, 204} if state in possible else {409}


@pytest.mark.parametrize(
    "state", ["draft", "learner_signed", "home_signed", "changes_requested", "agreed", "rejected", "withdrawn"]
)
async def test_everybody_does_only_what_is_theirs_and_possible(world: World, state: str):
    """Each state, each step, each caller."""
    agreement = await in_state(world, state)
    for what in MAY:
        for who in CALLERS:
            caller = caller_of(world, who, agreement["learner_id"])
            status = await tried(caller, agreement, what)
            assert status in expected(who, state, what), (who, state, what)
            if status in {200, 204}:
                agreement = await in_state(world, state)
