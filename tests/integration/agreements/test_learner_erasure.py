"""What is held about a learner can be had, and be gone."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.agreements.api.learning_agreement_terms import LearningAgreementRequest
from services.agreements.tables import METADATA
from shared.contracts.agreements import LearnerErased
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.abroad import (
    ENDED,
    EXTENSION,
    LONGER,
    STARTED,
    change_body,
    complement_body,
    complement_drafted,
)
from tests.integration.agreements.conftest import LEARNERS, World, answered, attempt, everything, path_of, refused, step
from tests.support.builders.agreement_bodies import learner_body, learning_agreement_body, seen
from tests.support.learners import ESI, GUARDIAN
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REQUESTED = {"reason": "requested"}


def at(learner_id: str, what: str = "") -> str:
    return f"{LEARNERS}/{learner_id}{what}"


def unmistakable() -> dict[str, Any]:
    """Data of which each can be searched for."""
    number = uuid4().hex[:12]
    return learner_body(
        given_name=f"Given{number}",
        family_name=f"Family{number}",
        email=f"{number}@example.org",
        phone="+356 7777 8888",
        address=f"{number} Street",
        nationality="MT",
        guardian=GUARDIAN | {"name": f"Guardian{number}"},
        esi=f"{ESI}{number}",
        national_id=number,
    )


async def over(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A learner whose only stay is over."""
    memorandum = await world.active_memorandum()
    learner = answered(await world.home().post(LEARNERS, body), 201)
    drafted = answered(
        await world.home().post("/v1/learning-agreements", learning_agreement_body(learner["learner_id"], memorandum)),
        201,
    )
    started = await step(world.host(), await signed_by_all(world, drafted), "start", STARTED)
    return await step(world.host(), started, "completion", ENDED)


async def signed_by_all(world: World, drafted: dict[str, Any]) -> dict[str, Any]:
    signed = await step(world.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))
    signed = await step(world.home(), signed, "signatures", seen(signed))
    return await step(world.host(), signed, "approval", seen(signed))


async def kept(agreements: Running) -> dict[str, str]:
    """All that the database holds, as text, by table."""
    async with agreements.database.transaction(SYSTEM) as tx:
        return {
            name: str(await tx.scalar(sa.text(f"SELECT string_agg(t::text, ' ') FROM {name} t")))  # noqa: S608 - our own names
            for name in METADATA.tables
        }


async def test_an_export_holds_everything_and_says_that_it_was_made(world: World):
    body = unmistakable()
    completed = await over(world, body)
    for caller in (world.home("coordinator"), world.learner(completed["learner_id"])):
        response = await caller.get(at(completed["learner_id"], "/export"))
        exported = answered(response)
        assert exported["learner"] | body == exported["learner"]
        (record,) = exported["agreements"]
        assert record["agreement"] == answered(await world.home().get(path_of(completed)))
        assert [version["content_version"] for version in record["versions"]] == [1]
        assert [signature["side"] for signature in record["versions"][0]["signatures"]] == ["learner", "home", "host"]
        assert exported["history"][0]["what"] == "registered"
        assert exported["history"][-1]["what"] == "exported"
        assert "attachment" in response.headers["content-disposition"]


async def test_only_home_s_coordinators_and_the_learner_export(world: World):
    learner = await world.registered_learner()
    where = at(learner["learner_id"], "/export")
    for caller in (world.host(), world.stranger(), world.learner(str(uuid4()))):
        refused(await caller.get(where), "not-found")
    assert (await world.home("signatory").get(where)).status_code == 403


async def test_after_an_erasure_nothing_personal_is_left_in_the_database(world: World, agreements: Running):
    body = unmistakable()
    completed = await over(world, body)
    personal = [body["given_name"], body["family_name"], body["email"], body["address"], body["guardian"]["name"]]
    before = await kept(agreements)
    assert all(any(text in table for table in before.values()) for text in personal)
    erased = answered(await world.home().post(at(completed["learner_id"], "/erasure"), REQUESTED, version=1))
    after = await kept(agreements)
    for text in [*personal, body["national_id"]]:
        assert [name for name, table in after.items() if text in table] == []
    gone = ("given_name", "family_name", "birth_date", "email", "phone", "address", "nationality", "guardian", "esi")
    assert {erased[name] for name in (*gone, "national_id", "retention")} == {None}
    assert (erased["erased_because"], erased["version"]) == ("requested", 2)
    assert erased["erased_at"]
    assert answered(await world.home().get(at(completed["learner_id"]))) == erased
    assert erased in await everything(world.home(), LEARNERS)


async def test_an_erasure_is_said_to_all_who_may_have_written_about_the_learner(world: World, agreements: Running):
    completed = await over(world, unmistakable())
    answered(await world.home().post(at(completed["learner_id"], "/erasure"), REQUESTED, version=1))
    [erased] = await said_about(agreements, completed["learner_id"])
    assert erased == LearnerErased(
        learner_id=UUID(completed["learner_id"]),
        version=2,
        home_id=UUID(completed["home_id"]),
        host_ids=(UUID(completed["host_id"]),),
    )


async def test_words_about_a_learner_go_with_the_learner(world: World, agreements: Running):
    said = {what: f"{what} {uuid4().hex}" for what in ("asked", "reason", "no", "ended", "ill", "mentor")}
    signed = await world.home_signed()
    asked = await step(world.host(), signed, "change-requests", seen(signed) | {"text": said["asked"]})
    terms = {name: asked[name] for name in LearningAgreementRequest.model_fields}
    drafted = answered(await world.home().put(path_of(asked), terms, version=asked["version"]))
    agreed = await signed_by_all(world, drafted)
    contacts = {"mentor": {"name": said["mentor"]}}
    agreed = answered(await world.host().put(f"{path_of(agreed)}/contacts", contacts, version=agreed["version"]))
    why = EXTENSION | {"text": said["reason"]}
    changing = await step(world.home(), agreed, "changes", change_body(agreed, why, ends_on=LONGER))
    rejected = await step(world.host(), changing, "changes/rejection", {"reason": said["no"]})
    begun = await step(world.host(), rejected, "start", STARTED)
    over = await step(world.host(), begun, "interruption", {"last_day": "2026-03-13", "reason": said["ended"]})
    broken = [{"first_day": "2026-03-09", "last_day": "2026-03-10", "reason": said["ill"]}]
    await complement_drafted(world, over, interruptions=broken)
    before = await kept(agreements)
    assert all(any(text in table for table in before.values()) for text in said.values())
    answered(await world.home().post(at(over["learner_id"], "/erasure"), REQUESTED, version=1))
    after = await kept(agreements)
    assert [name for text in said.values() for name, table in after.items() if text in table] == []
    exported = answered(await world.home().get(at(over["learner_id"], "/export")))
    [record] = exported["agreements"]
    assert (record["agreement"]["ending"]["side"], record["changes"][0]["ending"]["outcome"]) == ("host", "rejected")
    assert [reason["code"] for reason in record["changes"][0]["reasons"]] == [EXTENSION["code"]]
    assert [request["content_hash"] for request in record["change_requests"]] == [signed["content_hash"]]


async def test_after_an_erasure_nobody_writes_about_the_learner(world: World):
    completed = await over(world, unmistakable())
    drafted = await complement_drafted(world, completed)
    answered(await world.home().post(at(completed["learner_id"], "/erasure"), REQUESTED, version=1))
    erased = answered(await world.host().get(path_of(completed)))
    assert (erased["learner_erased"], erased["version"]) == (True, drafted["version"] + 1)
    bodies = {"contacts": {"mentor": {"name": "Mentore Prova"}}, "complement": complement_body(completed)}
    for what, body in bodies.items():
        response = await world.host().put(f"{path_of(completed)}/{what}", body, version=erased["version"])
        refused(response, "wrong-state")
        assert response.json()["possible"] == ["sign_complement"]
        assert "erased" in response.json()["detail"]


async def test_what_was_agreed_outlives_the_names(world: World):
    completed = await over(world, unmistakable())
    where = path_of(completed)
    before = answered(await world.home().get(where))
    answered(await world.home().post(at(completed["learner_id"], "/erasure"), REQUESTED, version=1))
    after = answered(await world.home().get(where))
    assert (after["learner_id"], after["content_hash"], after["signatures"]) == (
        before["learner_id"],
        before["content_hash"],
        before["signatures"],
    )
    exported = answered(await world.home().get(at(completed["learner_id"], "/export")))
    assert len(exported["agreements"]) == 1
    assert [entry["what"] for entry in exported["history"]][-2:] == ["erased", "exported"]


async def test_who_has_read_an_agreement_with_contacts_sees_that_they_are_gone(world: World):
    path = path_of(completed := await over(world, unmistakable()))
    contacts = {"emergency_contact": {"name": "Duty desk"}}
    before = answered(await world.home().put(f"{path}/contacts", contacts, version=completed["version"]))
    answered(await world.home().post(at(completed["learner_id"], "/erasure"), REQUESTED, version=1))
    after = answered(await world.home().get(path))
    assert (after["contacts"], after["version"]) == ({"home": None, "host": None}, before["version"] + 1)


async def test_nobody_is_erased_while_an_agreement_is_not_over(world: World):
    agreed = await world.agreed()
    response = await world.home().post(at(agreed["learner_id"], "/erasure"), REQUESTED, version=1)
    refused(response, "wrong-state")
    assert response.json()["learning_agreement_ids"] == [agreed["learning_agreement_id"]]
    await step(world.home(), agreed, "cancellation", {"reason": "The host closed."})
    answered(await world.home().post(at(agreed["learner_id"], "/erasure"), REQUESTED, version=1))


async def test_an_erased_learner_takes_part_in_nothing_more(world: World):
    memorandum = await world.active_memorandum()
    learner = await world.registered_learner()
    where = at(learner["learner_id"])
    erased = answered(await world.home().post(f"{where}/erasure", REQUESTED, version=1))
    again = await world.home().post(f"{where}/erasure", REQUESTED, version=erased["version"])
    refused(again, "wrong-state")
    assert (again.json()["state"], again.json()["possible"]) == ("erased", ["export"])
    refused(await world.home().put(where, learner_body(), version=erased["version"]), "wrong-state")
    body = learning_agreement_body(learner["learner_id"], memorandum)
    refused(await world.home().post("/v1/learning-agreements", body), "wrong-state")


async def test_who_was_erased_can_be_registered_anew(world: World):
    body = unmistakable()
    first = answered(await world.home().post(LEARNERS, body), 201)
    answered(await world.home().post(at(first["learner_id"], "/erasure"), REQUESTED, version=1))
    second = answered(await world.home().post(LEARNERS, body), 201)
    assert second["learner_id"] != first["learner_id"]


async def test_only_home_s_coordinators_erase_the_version_that_they_read(world: World):
    learner = await world.registered_learner()
    where = at(learner["learner_id"], "/erasure")
    assert (await world.home("signatory").post(where, REQUESTED, version=1)).status_code == 403
    assert (await world.learner(learner["learner_id"]).post(where, REQUESTED, version=1)).status_code == 403
    refused(await world.host().post(where, REQUESTED, version=1), "not-found")
    assert (await world.home().post(where, REQUESTED, version=2)).status_code == 412
    assert (await world.home().post(where, REQUESTED)).status_code == 428
    errors = refused(await world.home().post(where, {"reason": "Marija asked for it"}, version=1), "validation")
    assert [pointer for pointer, _ in errors] == ["/reason"]


async def test_of_an_erasure_and_a_draft_at_once_one_wins(world: World):
    memorandum = await world.active_memorandum()
    learner = await world.registered_learner()
    body = learning_agreement_body(learner["learner_id"], memorandum)
    drafted, erased = await asyncio.gather(
        world.home().post("/v1/learning-agreements", body),
        world.home().post(at(learner["learner_id"], "/erasure"), REQUESTED, version=1),
    )
    assert sorted([drafted.status_code, erased.status_code]) in ([200, 409], [201, 409])


async def test_contents_that_are_signed_have_no_place_for_who_the_learner_is(world: World):
    """Or the hash of what was signed would have to outlive the name in it."""
    drafted = await world.drafted_agreement()
    assert (await attempt(world.home(), drafted, "signatures", seen(drafted))).status_code == 409
    assert "Marija" not in str(drafted)
