"""Changing what is agreed, by HTTP: what holds stays in force until all three have signed something else."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import (
    LearningAgreementChanged,
    LearningAgreementChangeDropped,
    LearningAgreementChangeProposed,
    LearningAgreementSigned,
)
from shared.service import Running
from tests.integration.agreements.abroad import (
    EXTENSION,
    LONGER,
    STARTED,
    change_body,
    change_signed,
    changes_of,
    extended,
    open_change,
    read,
    started,
)
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    World,
    answered,
    attempt,
    hear,
    path_of,
    refused,
    step,
    withdrawal_of,
)
from tests.support.builders.agreement_bodies import learning_agreement_body, unit_abroad_body
from tests.support.builders.agreements import comparability_of
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "The workshop cannot take anybody for longer."}
U1 = unit_abroad_body(comparability_of("U1"))


async def test_a_change_holds_once_all_three_have_signed_it(world: World, agreements: Running):
    before = await started(world)
    proposed = await extended(world, before)
    assert (proposed["ends_on"], proposed["content_version"]) == (before["ends_on"], 1)
    changed = await change_signed(world, proposed)
    assert (changed["state"], changed["ends_on"], changed["content_version"]) == ("in_mobility", LONGER, 2)
    assert [signature["side"] for signature in changed["signatures"]] == ["learner", "home", "host"]
    facts = (await said_about(agreements, before["learning_agreement_id"]))[-5:]
    assert [type(fact) for fact in facts] == [
        LearningAgreementChangeProposed,
        *[LearningAgreementSigned] * 3,
        LearningAgreementChanged,
    ]
    last = facts[-1]
    assert isinstance(last, LearningAgreementChanged)
    assert (str(last.ends_on), last.content_version, last.version) == (LONGER, 2, changed["version"])
    assert last.content_hash == changed["content_hash"]


async def test_what_home_has_signed_and_what_it_drafts_never_have_a_learner_do_a_unit_twice_at_once(world: World):
    memorandum = await world.active_memorandum()
    agreed = await world.agreed(memorandum)
    other = learning_agreement_body(agreed["learner_id"], memorandum, starts_on="2026-04-06", ends_on="2026-04-30")
    proposed = await extended(world, agreed)
    content = await open_change(world, proposed)
    by_learner = await step(world.learner(agreed["learner_id"]), proposed, "changes/signatures", content)
    by_home = await step(world.home(), by_learner, "changes/signatures", content)
    refused(await world.home().post(AGREEMENTS, other), "duplicate-agreement")
    await step(world.host(), by_home, "changes/withdrawal", REASON)
    answered(await world.home().post(AGREEMENTS, other), 201)


async def test_who_came_back_early_can_do_the_unit_elsewhere(world: World):
    memorandum = await world.active_memorandum()
    agreed = await world.agreed(memorandum)
    begun = await step(world.host(), agreed, "start", {"started_on": "2026-03-02"})
    body = learning_agreement_body(agreed["learner_id"], memorandum, starts_on="2026-03-16", ends_on="2026-03-27")
    refused(await world.home().post(AGREEMENTS, body), "duplicate-agreement")
    await step(world.host(), begun, "interruption", {"last_day": "2026-03-13"} | REASON)
    answered(await world.home().post(AGREEMENTS, body), 201)


async def test_no_change_makes_a_stay_too_short_for_its_memorandum_but_it_may_end_early(world: World):
    memorandum = await world.active_memorandum(minimum_days=14)
    running = await step(world.host(), await world.agreed(memorandum), "start", STARTED)
    body = change_body(running, {"type": "dates", "code": "employer-withdrew"}, ends_on="2026-03-04")
    proposed = await step(world.host(), running, "changes", body)
    content = await open_change(world, proposed)
    by_learner = await step(world.learner(running["learner_id"]), proposed, "changes/signatures", content)
    response = await attempt(world.home(), by_learner, "changes/signatures", content)
    assert refused(response, "validation") == [("/ends_on", "too_short")]
    await step(world.host(), by_learner, "interruption", {"last_day": "2026-03-04"} | REASON)


async def test_units_are_substituted_before_and_during_the_stay(world: World):
    for before in (await world.agreed(), await started(world)):
        substitute = {
            "type": "substitute",
            "code": "employer-withdrew",
            "unit_id": U1["unit_id"],
            "instead_of": before["units"][0]["unit_id"],
        }
        body = change_body(before, substitute, units=[U1])
        proposed = await step(world.learner(before["learner_id"]), before, "changes", body)
        changed = await change_signed(world, proposed)
        assert [unit["unit_id"] for unit in changed["units"]] == [U1["unit_id"]]
        assert changed["state"] == before["state"]


async def test_the_history_tells_what_was_to_change_and_why_and_what_became_of_it(world: World):
    before = await world.agreed()
    first = await extended(world, before)
    second = await extended(world, first, world.home())
    rejected = await step(world.host("signatory"), second, "changes/rejection", REASON)
    third = await extended(world, rejected, world.home())
    withdrawn = await step(world.home(), third, "changes/withdrawal", REASON)
    await change_signed(world, await extended(world, withdrawn))
    history = await changes_of(world, before)
    told = [(one["content_version"], one["proposed_by"], one["ending"]["outcome"]) for one in history]
    assert told == [
        (2, "host", "replaced"),
        (3, "home", "rejected"),
        (4, "home", "withdrawn"),
        (5, "host", "agreed"),
    ]
    assert history[1]["ending"]["reason"] == REASON["reason"]
    last = history[3]
    assert [signature["side"] for signature in last["signatures"]] == ["learner", "home", "host"]
    assert last["reasons"] == [EXTENSION | {"unit_id": None, "instead_of": None, "text": None}]
    [difference] = last["differences"]
    assert (difference["type"], difference["field"]) == ("extension", "ends_on")
    assert (difference["before"], difference["after"]) == (before["ends_on"], LONGER)
    assert [one["instead_of"] for one in history] == [1, 1, 1, 1]


async def test_what_is_dropped_is_said_and_changes_nothing(world: World, agreements: Running):
    before = await started(world)
    dropped = await step(world.home(), await extended(world, before), "changes/rejection", REASON)
    same = {"state", "content_version", "content_hash", "ends_on", "signatures", "units"}
    assert {name: dropped[name] for name in same} == {name: before[name] for name in same}
    fact = (await said_about(agreements, before["learning_agreement_id"]))[-1]
    assert isinstance(fact, LearningAgreementChangeDropped)
    assert (fact.content_version, fact.version) == (2, dropped["version"])
    assert REASON["reason"] not in repr(fact)


@pytest.mark.parametrize(
    ("reasons", "errors"),
    [
        ([{"type": "delete", "code": "not-available"}], ["unexplained", "nothing_of_this"]),
        ([{"type": "extension", "code": "language-mismatch"}], ["other_kind"]),
        ([{"type": "extension"}], ["missing"]),
        ([], ["too_short"]),
        ([EXTENSION, EXTENSION], ["distinct"]),
    ],
)
async def test_a_change_without_its_reasons_is_refused(world: World, reasons: list[Any], errors: list[str]):
    before = await world.agreed()
    response = await attempt(world.host(), before, "changes", change_body(before, *reasons, ends_on=LONGER))
    assert [code for _, code in refused(response, "validation")] == errors
    assert await read(world, before) == before


async def test_a_change_that_changes_nothing_is_refused(world: World):
    before = await world.agreed()
    response = await attempt(world.host(), before, "changes", change_body(before, EXTENSION))
    assert refused(response, "validation") == [("", "no_change")]


async def test_they_sign_in_turn_and_only_what_they_have_seen(world: World):
    before = await extended(world, await started(world))
    content = await open_change(world, before)
    learner = world.learner(before["learner_id"])
    out_of_turn = await attempt(world.home(), before, "changes/signatures", content)
    refused(out_of_turn, "wrong-state")
    assert out_of_turn.json()["possible"] == ["learner"]
    stale = content | {"content_version": 1}
    refused(await attempt(learner, before, "changes/signatures", stale), "stale-approval")
    by_learner = await step(learner, before, "changes/signatures", content)
    refused(await attempt(world.host(), by_learner, "changes/signatures", content), "wrong-state")
    other = change_body(by_learner, EXTENSION, ends_on="2026-04-10")
    anew = await step(world.learner(before["learner_id"]), by_learner, "changes", other)
    refused(await attempt(learner, anew, "changes/signatures", content), "stale-approval")


async def test_nobody_changes_what_is_not_theirs_or_not_theirs_to_change(world: World):
    before = await extended(world, await started(world))
    content, body = await open_change(world, before), change_body(before, EXTENSION, ends_on=LONGER)
    for stranger in (world.stranger(), world.learner(str(uuid4()))):
        for transition, sent in (
            ("changes", body),
            ("changes/signatures", content),
            ("changes/rejection", REASON),
            ("changes/withdrawal", REASON),
        ):
            refused(await attempt(stranger, before, transition, sent), "not-found")
        refused(await stranger.get(f"{path_of(before)}/changes"), "not-found")
    assert (await attempt(world.host("assessor"), before, "changes", body)).status_code == 403
    assert (await attempt(world.home("coordinator"), before, "changes/signatures", content)).status_code == 403
    assert (await attempt(world.host(), before, "changes/rejection", REASON)).status_code == 403
    assert (await attempt(world.home(), before, "changes/withdrawal", REASON)).status_code == 403


async def test_before_it_is_agreed_and_without_an_open_change_there_is_nothing_to_do(world: World):
    signed, agreed = await world.home_signed(), await world.agreed()
    body = change_body(signed, EXTENSION, ends_on=LONGER)
    refused(await attempt(world.home(), signed, "changes", body), "wrong-state")
    content = {"content_version": 1, "content_hash": agreed["content_hash"]}
    for transition, sent in (("changes/signatures", content), ("changes/rejection", REASON)):
        response = await attempt(world.home(), agreed, transition, sent)
        refused(response, "wrong-state")
        assert set(response.json()["possible"]) == {"start", "propose_change", "cancel"}


async def test_a_change_does_not_make_a_learner_do_a_unit_twice_at_a_time(world: World):
    agreed = await world.agreed()
    memorandum = answered(await world.home().get(f"/v1/memoranda/{agreed['memorandum_id']}"))
    other = learning_agreement_body(agreed["learner_id"], memorandum, starts_on="2026-04-13", ends_on="2026-05-08")
    answered(await world.home().post("/v1/learning-agreements", other), 201)
    proposed = await extended(world, agreed)
    content = await open_change(world, proposed)
    by_learner = await step(world.learner(agreed["learner_id"]), proposed, "changes/signatures", content)
    refused(await attempt(world.home(), by_learner, "changes/signatures", content), "duplicate-agreement")


async def test_no_change_is_proposed_on_a_comparability_that_is_withdrawn_but_a_shorter_stay_is(
    world: World, agreements: Running
):
    declared = replace(comparability_of("U5"), comparability_id=uuid4())
    await hear(agreements, [declared])
    before = await world.agreed(await world.active_memorandum(), units=[unit_abroad_body(declared)])
    await hear(agreements, [withdrawal_of(declared)])
    longer = await attempt(world.host(), before, "changes", change_body(before, EXTENSION, ends_on=LONGER))
    assert refused(longer, "validation") == [("/units/0/comparability_id", "withdrawn")]
    earlier = {"type": "dates", "code": "assessor-unavailable"}
    await step(world.host(), before, "changes", change_body(before, earlier, ends_on="2026-03-20"))


async def test_of_two_who_sign_at_once_one_wins(world: World):
    before = await extended(world, await world.agreed())
    content = await open_change(world, before)
    by_learner = await step(world.learner(before["learner_id"]), before, "changes/signatures", content)
    answers = await asyncio.gather(
        *(attempt(world.home(), by_learner, "changes/signatures", content) for _ in range(3)),
        attempt(world.host(), by_learner, "changes/withdrawal", REASON),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World, agreements: Running):
    before, key = await world.agreed(), str(uuid4())
    path, body = f"{path_of(before)}/changes", change_body(before, EXTENSION, ends_on=LONGER)
    first = await world.host().post(path, body, version=before["version"], key=key)
    again = await world.host().post(path, body, version=before["version"], key=key)
    assert answered(again) == answered(first)
    facts = await said_about(agreements, before["learning_agreement_id"])
    assert sum(isinstance(fact, LearningAgreementChangeProposed) for fact in facts) == 1


async def test_under_a_suspended_memorandum_a_running_agreement_can_be_shortened_but_not_extended(world: World):
    memorandum = await world.active_memorandum()
    running = await step(world.host(), await world.agreed(memorandum), "start", STARTED)
    await step(world.host("signatory"), memorandum, "suspension", REASON)
    earlier = {"type": "dates", "code": "assessor-unavailable"}
    body = change_body(running, earlier, ends_on="2026-03-20")
    shortened = await change_signed(world, await step(world.host(), running, "changes", body))
    assert shortened["ends_on"] == "2026-03-20"
    longer = await extended(world, shortened)
    content = await open_change(world, longer)
    by_learner = await step(world.learner(running["learner_id"]), longer, "changes/signatures", content)
    refused(await attempt(world.home(), by_learner, "changes/signatures", content), "memorandum-not-in-force")
