from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from shared.contracts.agreements import MemorandumActivated, MemorandumApproved, MemorandumProposed
from shared.service import Running
from tests.integration.agreements.conftest import (
    MEMORANDA,
    World,
    answered,
    attempt,
    everything,
    path_of,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import CONFIRMATIONS, memorandum_body, seen
from tests.support.builders.catalogue import ITALY, MALTA
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "The partnership was postponed by a year."}


async def test_a_draft_reads_back_as_it_was_written(world: World):
    when: dict[str, Any] = {"valid_from": "2182-01-01", "valid_until": "2182-12-31"}
    body = memorandum_body(code="MT-IT-7", two_person_rule=True, **when)
    response = await world.home("coordinator").post(MEMORANDA, body)
    drafted = answered(response, 201)
    read = await world.home("coordinator").get(response.headers["location"])
    assert answered(read) == drafted
    assert read.headers["etag"] == response.headers["etag"] == '"1"'
    assert {name: given(drafted[name]) for name in body.keys() - {"code"}} == {
        n: body[n] for n in body.keys() - {"code"}
    }
    assert drafted["codes"] == {str(MALTA.institution_id): "MT-IT-7"}
    assert (drafted["state"], drafted["version"], drafted["content_version"]) == ("draft", 1, 1)


def given(value: Any) -> Any:
    """Without what was left out."""
    if isinstance(value, dict):
        return {name: given(member) for name, member in value.items() if member is not None}
    return [given(item) for item in value] if isinstance(value, list) else value


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World):
    body, key = memorandum_body(valid_from="2180-01-01", valid_until="2180-12-31"), str(uuid4())
    first = answered(await world.home().post(MEMORANDA, body, key=key), 201)
    assert answered(await world.home().post(MEMORANDA, body, key=key), 201) == first


async def test_an_id_that_is_not_known_may_only_not_have_arrived_yet(world: World):
    stranger = uuid4()
    response = await world.home().post(MEMORANDA, memorandum_body(host_id=stranger))
    assert refused(response, "validation") == [("/parties/1/institution_id", "unknown")]
    assert "may not have arrived yet" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"parties": []}, "/parties"),
        ({"parties": memorandum_body()["parties"] + memorandum_body()["parties"]}, "/parties"),
        (
            {"parties": [memorandum_body()["parties"][0] | {"functions": ["assesses", "assesses"]}]},
            "/parties/0/functions",
        ),
        ({"qualifications": memorandum_body()["qualifications"] * 2}, "/qualifications"),
        ({"automatic_recognition": memorandum_body()["automatic_recognition"] * 2}, "/automatic_recognition"),
        (
            {
                "automatic_recognition": [
                    memorandum_body()["automatic_recognition"][0] | {"policy": "on_with_conditions"}
                ]
            },
            "/automatic_recognition/0/conditions",
        ),
        ({"minimum_days": 30, "maximum_days": 7}, "/maximum_days"),
        ({"enclosures": []}, "/enclosures"),
        ({"notice_months": 0}, "/notice_months"),
        (
            {"confirmations": CONFIRMATIONS | {"status": {"confirmed": "yes", "text": {"en": "-"}}}},
            "/confirmations/status/confirmed",
        ),
        ({"valid_until": "2025-01-01"}, ""),
        ({"valid_from": "0001-01-01"}, "/valid_from"),
        ({"valid_until": "9999-12-31"}, "/valid_until"),
        ({"code": " "}, "/code"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_what_is_not_a_memorandum_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str):
    errors = refused(await world.home().post(MEMORANDA, memorandum_body(**changes)), "validation")
    assert errors[0][0] == pointer


async def test_lists_show_the_own_memoranda_by_state(world: World):
    proposed, active = await world.proposed_memorandum(), await world.active_memorandum()
    for party in (world.home(), world.host()):
        found = {one["memorandum_id"]: one["state"] for one in await everything(party, MEMORANDA)}
        assert (found[proposed["memorandum_id"]], found[active["memorandum_id"]]) == ("proposed", "active")
        assert {one["state"] for one in await everything(party, MEMORANDA, state="proposed")} == {"proposed"}
    assert await everything(world.stranger(), MEMORANDA) == []


async def test_a_draft_is_for_its_drafter_alone_until_it_is_proposed(world: World):
    drafted = await world.drafted_memorandum()
    assert drafted in await everything(world.home(), MEMORANDA, state="draft")
    assert await everything(world.host(), MEMORANDA, state="draft") == []
    refused(await world.host().get(path_of(drafted)), "not-found")
    refused(await world.host().get(f"{path_of(drafted)}/versions"), "not-found")
    refused(await world.host().put(path_of(drafted), memorandum_body(), version=1), "not-found")
    proposed = await step(world.home(), drafted, "proposals")
    assert answered(await world.host().get(path_of(drafted))) == proposed


async def test_a_draft_can_be_edited_until_it_is_proposed(world: World):
    when: dict[str, Any] = {"valid_from": "2181-01-01", "valid_until": "2181-12-31"}
    drafted = await world.drafted_memorandum(code="old", **when)
    body = memorandum_body(two_person_rule=True, code="new", **when)
    edited = answered(await world.home("coordinator").put(path_of(drafted), body, version=1))
    assert (edited["version"], edited["content_version"], edited["two_person_rule"]) == (2, 1, True)
    assert edited["codes"] == {str(MALTA.institution_id): "new"}
    assert edited["content_hash"] != drafted["content_hash"]
    assert (await world.home().put(path_of(drafted), body)).status_code == 428
    assert (await world.home().put(path_of(drafted), body, version=1)).status_code == 412
    proposed = await step(world.home(), edited, "proposals")
    refused(await world.home().put(path_of(proposed), body, version=proposed["version"]), "wrong-state")


async def test_only_who_drafted_edits_proposes_deletes_and_withdraws(world: World):
    proposed = await world.proposed_memorandum()
    path, version = path_of(proposed), proposed["version"]
    assert (await world.host().put(path, memorandum_body(), version=version)).status_code == 403
    assert (await world.host().delete(path, version=version)).status_code == 403
    assert (await attempt(world.host(), proposed, "proposals")).status_code == 403
    assert (await attempt(world.host(), proposed, "withdrawal", REASON)).status_code == 403


async def test_roles_decide_who_drafts_and_who_signs(world: World):
    assert (await world.home("assessor").post(MEMORANDA, memorandum_body())).status_code == 403
    proposed = await world.proposed_memorandum()
    assert (await attempt(world.home("coordinator"), proposed, "approvals", seen(proposed))).status_code == 403
    assert (await attempt(world.home("coordinator"), proposed, "rejection", REASON)).status_code == 403


async def test_who_acts_for_no_institution_drafts_nothing(world: World):
    nobody = ApiCaller(world.http, None, ("coordinator",))
    refused(await nobody.post(MEMORANDA, memorandum_body()), "forbidden")


async def test_a_draft_that_was_never_proposed_can_be_deleted(world: World):
    drafted = await world.drafted_memorandum()
    assert (await world.home().delete(path_of(drafted), version=1)).status_code == 204
    refused(await world.home().get(path_of(drafted)), "not-found")
    proposed = await world.proposed_memorandum()
    refused(await world.home().delete(path_of(proposed), version=proposed["version"]), "wrong-state")


async def test_a_draft_with_agreements_under_it_stays(world: World):
    drafted = await world.drafted_memorandum()
    await world.drafted_agreement(drafted)
    refused(await world.home().delete(path_of(drafted), version=1), "conflict")


async def test_an_incomplete_draft_cannot_be_proposed(world: World):
    drafted = await world.drafted_memorandum(confirmations={}, qualifications=[], automatic_recognition=[])
    errors = refused(await attempt(world.home(), drafted, "proposals"), "validation")
    assert [pointer for pointer, _ in errors] == [
        *(f"/confirmations/{name}" for name in CONFIRMATIONS),
        "/qualifications",
    ]


async def test_nobody_takes_on_a_function_that_it_is_not_competent_for(world: World):
    parties = memorandum_body()["parties"]
    parties[1]["functions"] = ["awards_qualifications"]
    drafted = await world.drafted_memorandum(parties=parties)
    response = await attempt(world.home(), drafted, "proposals")
    refused(response, "not-competent")
    assert response.json()["institution_id"] == str(ITALY.institution_id)


async def test_what_was_proposed_is_kept_for_life(world: World, agreements: Running):
    active = await world.active_memorandum()
    (version,) = await everything(world.host(), f"{path_of(active)}/versions")
    signed = {"content_version", "content_hash", "hash_profile", "parties", "qualifications", "confirmations"}
    assert {name: version[name] for name in signed} == {name: active[name] for name in signed}
    assert version["proposed_by"] == str(MALTA.institution_id)
    async with agreements.database.transaction(None) as tx:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            may = sa.text("SELECT has_table_privilege('memorandum_versions', :right)")
            assert await tx.scalar(may, {"right": right}) is False


async def test_it_is_in_force_once_all_parties_approved_what_they_saw(world: World, agreements: Running):
    proposed = await world.proposed_memorandum()
    partly = await step(world.host("signatory"), proposed, "approvals", seen(proposed) | {"code": "IT-9"})
    assert (partly["state"], partly["in_force"]) == ("partly_approved", False)
    assert partly["not_in_force_because"] == "It is partly_approved, not active."
    said = await said_about(agreements, proposed["memorandum_id"])
    assert [type(fact) for fact in said] == [MemorandumProposed, MemorandumApproved]
    active = await step(world.home("signatory"), partly, "approvals", seen(partly))
    assert (active["state"], active["in_force"], active["not_in_force_because"]) == ("active", True, None)
    assert active["codes"] == {str(ITALY.institution_id): "IT-9"}
    approving = [approval["institution_id"] for approval in active["approvals"]]
    assert approving == [str(ITALY.institution_id), str(MALTA.institution_id)]
    said = await said_about(agreements, proposed["memorandum_id"])
    assert [type(fact) for fact in said[2:]] == [MemorandumApproved, MemorandumActivated]


async def test_an_active_memorandum_is_not_in_force_before_its_validity(world: World):
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    active = await world.active_memorandum(valid_from=tomorrow)
    assert (active["in_force"], active["not_in_force_because"]) == (False, f"It is valid only from {tomorrow}.")


async def test_approving_twice_changes_nothing(world: World):
    proposed = await world.proposed_memorandum()
    partly = await step(world.host(), proposed, "approvals", seen(proposed))
    assert await step(world.host(), partly, "approvals", seen(partly)) == partly
    assert answered(await world.host().get(path_of(partly))) == partly


async def test_an_approval_of_something_else_is_stale(world: World):
    proposed = await world.proposed_memorandum()
    for stale in ({"content_version": 2}, {"content_hash": "0" * 64}):
        refused(await attempt(world.host(), proposed, "approvals", seen(proposed) | stale), "stale-approval")
    assert answered(await world.host().get(path_of(proposed))) == proposed


@pytest.mark.parametrize(("transition", "state"), [("rejection", "rejected"), ("withdrawal", "withdrawn")])
async def test_a_proposal_ends_with_a_reason(world: World, transition: str, state: str):
    proposed = await world.proposed_memorandum()
    caller = world.host("signatory") if transition == "rejection" else world.home("coordinator")
    ended = await step(caller, proposed, transition, REASON)
    assert (ended["state"], ended["ending"]["reason"]) == (state, REASON["reason"])
    assert ended["ending"]["institution_id"] == str(caller.org)
    response = await attempt(world.host(), ended, "approvals", seen(ended))
    refused(response, "wrong-state")
    assert (response.json()["state"], response.json()["possible"]) == (state, [])
