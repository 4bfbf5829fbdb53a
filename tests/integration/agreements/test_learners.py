from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import structlog
from structlog.testing import capture_logs

from services.agreements import store
from services.agreements.tables import LEARNERS as LEARNER_ROWS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    LEARNERS,
    World,
    answered,
    attempt,
    everything,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import learner_body, learning_agreement_body, seen
from tests.support.builders.catalogue import MALTA
from tests.support.learners import A_MINOR, ESI, GUARDIAN

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FULL = {
    "email": "marija@example.org",
    "phone": "+356 2100 0000",
    "address": "3 Triq il-Kbira, Valletta",
    "nationality": "MT",
    "guardian": GUARDIAN,
}


def path_of(learner: dict[str, Any]) -> str:
    return f"{LEARNERS}/{learner['learner_id']}"


async def test_a_learner_reads_back_at_home(world: World):
    body = learner_body(**FULL, esi=f"{ESI}{uuid4()}", national_id=f"{uuid4().int % 10**9}M")
    response = await world.home("coordinator").post(LEARNERS, body)
    registered = answered(response, 201)
    assert registered | body | {"version": 1, "home_id": str(MALTA.institution_id)} == registered
    assert registered["learner_id"] == response.headers["location"].rpartition("/")[2]
    read = await world.home("signatory").get(response.headers["location"])
    assert answered(read) == registered
    assert read.headers["etag"] == '"1"'
    assert registered in await everything(world.home("coordinator"), LEARNERS)


async def test_names_are_for_the_home_institution_and_the_learner_only(world: World):
    agreed = await world.agreed()
    path = path_of(agreed)
    for caller in (world.host(), world.stranger(), world.learner(str(uuid4()))):
        refused(await caller.get(path), "not-found")
    for caller in (world.host(), world.stranger()):
        listed = await everything(caller, LEARNERS)
        assert agreed["learner_id"] not in {learner["learner_id"] for learner in listed}
    own = answered(await world.learner(agreed["learner_id"]).get(path))
    assert own == answered(await world.home().get(path))
    assert (await world.learner(agreed["learner_id"]).get(LEARNERS)).status_code == 403
    assert (await world.home("assessor").get(path)).status_code == 403


async def test_only_coordinators_register_and_change(world: World):
    registered = await world.registered_learner()
    assert (await world.home("signatory").post(LEARNERS, learner_body())).status_code == 403
    change = await world.home("signatory").put(path_of(registered), learner_body(), version=1)
    assert change.status_code == 403
    refused(await world.host().put(path_of(registered), learner_body(), version=1), "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"given_name": ""}, "/given_name"),
        ({"family_name": "x" * 201}, "/family_name"),
        ({"birth_date": "2199-01-01"}, "/birth_date"),
        ({"birth_date": "1066-10-14"}, "/birth_date"),
        ({"email": "nobody"}, "/email"),
        ({"phone": "call me"}, "/phone"),
        ({"nationality": "Malta"}, "/nationality"),
        ({"esi": "urn:schac:personalUniqueCode:int:esi:no-code"}, "/esi"),
        ({"esi": "urn:schac:personalUniqueCode:mt:esi:school.example:1"}, "/esi"),
        ({"national_id": "-"}, "/national_id"),
        ({"guardian": {"phone": "+356 2100 0001"}}, "/guardian/name"),
        ({"guardian": {"name": "Nobody Knows"}}, ""),
        ({"home_id": str(uuid4())}, "/home_id"),
    ],
)
async def test_what_is_not_a_learner_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str):
    errors = refused(await world.home().post(LEARNERS, learner_body(**changes)), "validation")
    assert [place for place, _ in errors] == [pointer]


async def test_a_change_replaces_what_is_known(world: World):
    body = learner_body(**FULL)
    registered = answered(await world.home().post(LEARNERS, body), 201)
    changed = learner_body(family_name=body["family_name"], phone="+356 2100 0009")
    edited = answered(await world.home("coordinator").put(path_of(registered), changed, version=1))
    assert (edited["version"], edited["phone"], edited["email"], edited["guardian"]) == (
        2,
        "+356 2100 0009",
        None,
        None,
    )
    assert (await world.home().put(path_of(registered), changed)).status_code == 428
    assert (await world.home().put(path_of(registered), changed, version=1)).status_code == 412


async def test_a_minor_is_registered_without_a_guardian_but_signs_nothing(world: World):
    memorandum = await world.active_memorandum()
    body = learner_body(birth_date=A_MINOR)
    minor = answered(await world.home().post(LEARNERS, body), 201)
    assert minor["guardian_missing"] is True
    content = learning_agreement_body(minor["learner_id"], memorandum)
    drafted = answered(await world.home().post(AGREEMENTS, content), 201)
    learner = world.learner(minor["learner_id"])
    response = await attempt(learner, drafted, "signatures", seen(drafted))
    assert refused(response, "validation") == [("", "guardian_missing")]
    named = answered(await world.home().put(path_of(minor), body | {"guardian": GUARDIAN}, version=1))
    assert named["guardian_missing"] is False
    await step(learner, drafted, "signatures", seen(drafted))


async def test_lists_find_by_what_a_name_begins_with(world: World):
    prefix = f"Ż{uuid4().hex}"
    learners = [
        answered(await world.home().post(LEARNERS, learner_body(family_name=f"{prefix}-{number}")), 201)
        for number in range(3)
    ]
    other = answered(await world.home().post(LEARNERS, learner_body(given_name=f"{prefix}%")), 201)
    assert await everything(world.home(), LEARNERS, name=prefix.upper()) == [*learners, other]
    assert await everything(world.home(), LEARNERS, name=f"{prefix}%") == [other]
    page = answered(await world.home().get(LEARNERS, name=prefix, limit=1))
    assert page["items"] == learners[:1]
    again = answered(await world.home().get(LEARNERS, name=prefix, limit=200, cursor=page["next"]))
    assert again["items"] == [*learners[1:], other]
    assert await everything(world.stranger(), LEARNERS, name=prefix) == []


async def test_identifiers_are_encrypted_at_rest(world: World, agreements: Running):
    number = f"{uuid4().int % 10**9}M"
    body = learner_body(esi=f"{ESI}{number}", national_id=number)
    registered = answered(await world.home().post(LEARNERS, body), 201)
    this = sa.select(LEARNER_ROWS).where(LEARNER_ROWS.c.id == registered["learner_id"])
    async with agreements.database.transaction(SYSTEM) as tx:
        kept = repr((await tx.execute(this)).one())
        said = await tx.scalars(sa.text("SELECT details::text FROM learner_history"))
        assert not any(number in text for text in [kept, *said])


async def test_a_learner_s_data_stay_out_of_what_is_logged(world: World, agreements: Running):
    registered = answered(await world.home().post(LEARNERS, learner_body(**FULL)), 201)
    caller = Principal("coordinator", org=MALTA.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(SYSTEM) as tx:
        learner = await store.load_learner(tx, UUID(registered["learner_id"]), caller)
    assert learner.personal
    assert learner.personal.family_name == registered["family_name"]
    with capture_logs() as logged:
        structlog.get_logger().info("looked at", learner=repr(learner))
    (entry,) = logged
    assert registered["learner_id"] in entry["learner"]
    assert not any(
        text in entry["learner"] for text in ("Marija", "Zammit", "2005", "2100", "Triq", "example", "Parent")
    )
