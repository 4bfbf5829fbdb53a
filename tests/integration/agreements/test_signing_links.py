"""A learner or a guardian without an account signs by a link."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import time_machine

from services.agreements import handlers
from shared.auth import Principal
from shared.service import Running
from tests.integration.agreements.abroad import (
    LONGER,
    changes_of,
    complement_drafted,
    completed,
    extended,
    open_change,
    read,
    started,
)
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    LEARNERS,
    World,
    answered,
    attempt,
    everything,
    path_of,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import learner_body, learning_agreement_body, seen
from tests.support.builders.catalogue import MALTA
from tests.support.learners import A_MINOR, GUARDIAN
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FOR_LEARNER, FOR_GUARDIAN = {"side": "learner"}, {"side": "guardian"}


async def linked(world: World, agreement: dict[str, Any], body: dict[str, Any] | None = None) -> dict[str, Any]:
    return answered(await world.home("coordinator").post(links_of(agreement), body or FOR_LEARNER), 201)


def links_of(agreement: dict[str, Any]) -> str:
    return f"{path_of(agreement)}/signing-links"


async def sign(
    world: World, link: dict[str, Any], content: dict[str, Any] | None = None, key: str = ""
) -> httpx2.Response:
    """As somebody with nothing but the link."""
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await world.http.post(f"{link['path']}/signature", json=content or seen(link), headers=headers)


def gone(response: httpx2.Response) -> str:
    assert response.status_code == 410, response.text
    refused(response, "gone")
    return str(response.json()["because"])


async def drafted_for_a_minor(world: World) -> dict[str, Any]:
    memorandum = await world.active_memorandum()
    body = learner_body(birth_date=A_MINOR, guardian=GUARDIAN)
    minor = answered(await world.home().post(LEARNERS, body), 201)
    content = learning_agreement_body(minor["learner_id"], memorandum)
    return answered(await world.home().post(AGREEMENTS, content), 201)


async def test_who_has_the_link_reads_what_is_to_be_signed_and_signs_it(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    opened = answered(await world.http.get(link["path"]))
    assert (opened["side"], opened["subject"], opened["learner_given_name"]) == ("learner", "content", "Marija")
    assert seen(opened) == seen(drafted)
    assert [unit["unit_id"] for unit in opened["terms"]["units"]] == [unit["unit_id"] for unit in drafted["units"]]
    assert opened["account"] is None
    signed = answered(await sign(world, link))
    assert (signed["state"], signed["side"]) == ("learner_signed", "learner")
    agreement = answered(await world.home().get(path_of(drafted)))
    (signature,) = agreement["signatures"]
    assert (signature["side"], signature["signatory"]) == ("learner", f"signing-link:{link['link_id']}")
    (fact,) = await said_about(agreements, drafted["learning_agreement_id"])
    assert "Marija" not in str(fact)
    await step(world.home(), agreement, "signatures", seen(agreement))


async def test_the_audit_log_of_home_names_the_link_and_its_learner_but_not_the_secret(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    answered(await sign(world, link))
    who = {"subject": f"signing-link:{link['link_id']}"}
    [entry] = answered(await world.home("coordinator").get("/v1/agreements-audit-entries", **who))["items"]
    assert (entry["operation"], entry["learner_id"]) == ("sign_by_link", drafted["learner_id"])
    assert entry["resource"] == "/v1/signing-links/…/signature"
    assert answered(await world.stranger().get("/v1/agreements-audit-entries", **who))["items"] == []


async def test_nothing_of_others_and_nothing_else_of_the_learner_is_shown(world: World):
    link = await linked(world, await world.drafted_agreement())
    shown = (await world.http.get(link["path"])).text
    for text in ("Zammit", "2005-04-01", "made_by", "signatory"):
        assert text not in shown


async def test_a_secret_is_shown_once_and_never_kept(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    assert len(link["secret"]) == 43
    (listed,) = await everything(world.home(), links_of(drafted))
    assert listed == {name: value for name, value in link.items() if name not in {"secret", "path", "page"}}
    assert answered(await world.home().get(f"{links_of(drafted)}/{link['link_id']}")) == listed


async def test_a_link_signs_once_and_a_replay_gets_the_documented_answer(world: World):
    link = await linked(world, await world.drafted_agreement())
    answered(await sign(world, link))
    assert gone(await sign(world, link)) == "used"
    assert gone(await world.http.get(link["path"])) == "used"


async def test_a_lost_answer_can_be_asked_for_again_with_the_same_key(world: World):
    link, key = await linked(world, await world.drafted_agreement()), str(uuid4())
    first = await sign(world, link, key=key)
    again = await sign(world, link, key=key)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (200, first.content, "true")
    refused(await sign(world, link, seen(link) | {"content_version": 2}, key=key), "idempotency-key-reused")


async def test_of_two_signatures_at_once_one_counts(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    answers = await asyncio.gather(*(sign(world, link) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 410]
    agreement = answered(await world.home().get(path_of(drafted)))
    assert len(agreement["signatures"]) == 1


async def test_a_secret_that_is_none_is_not_found(world: World):
    for secret in ("x" * 43, str(uuid4()), "%00", "ż" * 43):
        nothing: dict[str, Any] = {
            "path": f"/v1/signing-links/{secret}",
            "content_version": 1,
            "content_hash": "0" * 64,
        }
        refused(await world.http.get(nothing["path"]), "not-found")
        refused(await sign(world, nothing), "not-found")


async def test_a_link_expires(world: World):
    link = await linked(world, await world.drafted_agreement(), FOR_LEARNER | {"valid_hours": 2})
    made_at = datetime.fromisoformat(link["made_at"])
    assert datetime.fromisoformat(link["expires_at"]) - made_at == timedelta(hours=2)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2, minutes=1)):
        assert gone(await world.http.get(link["path"])) == "expired"
        assert gone(await sign(world, link)) == "expired"


async def test_a_link_can_be_taken_back_until_it_is_used(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    answered(await world.http.get(link["path"]))
    where = f"{links_of(drafted)}/{link['link_id']}/revocation"
    assert (await world.home().post(where, version=2)).status_code == 412
    revoked = answered(await world.home("coordinator").post(where, version=link["version"]))
    assert (revoked["state"], revoked["version"]) == ("revoked", 2)
    assert revoked["revoked_by"] == revoked["made_by"]
    assert gone(await sign(world, link)) == "revoked"
    refused(await world.home().post(where, version=2), "wrong-state")


async def test_a_link_is_for_one_content_only(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    refused(await sign(world, link, seen(link) | {"content_hash": "0" * 64}), "stale-approval")
    content = {name: drafted[name] for name in ("learner_id", "host_id", "memorandum_id", "memorandum_version")}
    content |= {name: drafted[name] for name in ("qualification_id", "qualification_version", "units", "starts_on")}
    edit = await world.home().put(path_of(drafted), content | {"ends_on": "2026-04-30"}, version=1)
    edited = answered(edit)
    assert gone(await world.http.get(link["path"])) == "outdated"
    assert gone(await sign(world, link)) == "outdated"
    assert gone(await sign(world, link, seen(edited))) == "outdated"
    answered(await sign(world, await linked(world, edited)))


async def test_a_signature_by_token_makes_the_link_useless(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    await step(world.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))
    assert gone(await sign(world, link)) == "outdated"


async def test_learner_and_guardian_each_sign_by_a_link_of_their_own(world: World):
    drafted = await drafted_for_a_minor(world)
    for_learner, for_guardian = [await linked(world, drafted, side) for side in (FOR_LEARNER, FOR_GUARDIAN)]
    refused(await sign(world, for_guardian), "wrong-state")
    answered(await sign(world, for_learner))
    signed = answered(await world.home().get(path_of(drafted)))
    refused(await attempt(world.home(), signed, "signatures", seen(signed)), "wrong-state")
    assert answered(await sign(world, for_guardian))["side"] == "guardian"
    signed = answered(await world.home().get(path_of(drafted)))
    assert [one["side"] for one in signed["signatures"]] == ["learner", "guardian"]
    await step(world.home(), signed, "signatures", seen(signed))


async def test_a_change_is_signed_by_a_link(world: World):
    changed = await extended(world, await started(world))
    link = await linked(world, changed)
    opened = answered(await world.http.get(link["path"]))
    assert (opened["subject"], opened["terms"]["ends_on"]) == ("change", LONGER)
    assert seen(opened) == await open_change(world, changed)
    assert answered(await sign(world, link))["state"] == "in_mobility"
    (change,) = await changes_of(world, changed)
    assert [signature["side"] for signature in change["signatures"]] == ["learner"]


async def test_a_complement_is_signed_by_a_link(world: World):
    drafted = await complement_drafted(world, await completed(world))
    agreement = await read(world, drafted)
    link = await linked(world, agreement)
    opened = answered(await world.http.get(link["path"]))
    assert (opened["subject"], opened["terms"]) == ("complement", None)
    assert opened["account"]["programme"] == drafted["programme"]
    assert (opened["account"]["ended_on"], seen(opened)) == ("2026-03-27", seen(drafted))
    answered(await sign(world, link))
    once = answered(await world.home().get(f"{path_of(agreement)}/complement"))
    assert [signature["side"] for signature in once["signatures"]] == ["learner"]


async def test_for_a_learner_of_age_no_guardian_gets_a_link(world: World):
    drafted = await world.drafted_agreement()
    response = await world.home().post(links_of(drafted), FOR_GUARDIAN)
    assert refused(response, "validation") == [("/side", "of_age")]


async def test_a_minor_gets_no_link_before_a_guardian_is_known(world: World):
    memorandum = await world.active_memorandum()
    minor = answered(await world.home().post(LEARNERS, learner_body(birth_date=A_MINOR)), 201)
    content = learning_agreement_body(minor["learner_id"], memorandum)
    drafted = answered(await world.home().post(AGREEMENTS, content), 201)
    response = await world.home().post(links_of(drafted), FOR_LEARNER)
    assert refused(response, "validation") == [("", "guardian_missing")]


async def test_a_link_is_made_for_what_waits_for_a_signature_only(world: World):
    signed = await world.learner_signed()
    refused(await world.home().post(links_of(signed), FOR_LEARNER), "wrong-state")
    agreed = await world.agreed()
    refused(await world.home().post(links_of(agreed), FOR_LEARNER), "wrong-state")


async def test_only_coordinators_of_the_home_institution_have_to_do_with_links(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    one = f"{links_of(drafted)}/{link['link_id']}"
    assert (await world.home("signatory").post(links_of(drafted), FOR_LEARNER)).status_code == 403
    assert (await world.learner(drafted["learner_id"]).get(links_of(drafted))).status_code == 403
    assert (await world.host().post(links_of(drafted), FOR_LEARNER)).status_code == 403
    assert await everything(world.host(), links_of(drafted)) == []
    refused(await world.host().get(one), "not-found")
    refused(await world.host().post(f"{one}/revocation", version=1), "not-found")
    refused(await world.stranger().post(links_of(drafted), FOR_LEARNER), "not-found")
    refused(await world.stranger().get(links_of(drafted)), "not-found")
    other = await world.drafted_agreement()
    refused(await world.home().get(f"{links_of(other)}/{link['link_id']}"), "not-found")


@pytest.mark.parametrize("body", [{"side": "home"}, {"side": "learner", "valid_hours": 337}, {}])
async def test_what_is_no_link_is_refused(world: World, body: dict[str, Any]):
    drafted = await world.drafted_agreement()
    refused(await world.home().post(links_of(drafted), body), "validation")


async def test_an_erasure_takes_the_links_back(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    await step(world.home(), drafted, "cancellation", {"reason": "The stay was called off."})
    where = f"{LEARNERS}/{drafted['learner_id']}/erasure"
    answered(await world.home().post(where, {"reason": "requested"}, version=1))
    assert gone(await world.http.get(link["path"])) == "revoked"


async def test_a_draft_with_links_can_still_be_deleted(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    coordinator = Principal("coordinator", org=MALTA.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(str(MALTA.institution_id)) as tx:
        await handlers.delete_learning_agreement(tx, coordinator, UUID(drafted["learning_agreement_id"]), 1)
    refused(await world.http.get(link["path"]), "not-found")
