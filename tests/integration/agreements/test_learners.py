from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from structlog.testing import capture_logs

from services.agreements import store
from shared.auth import Principal
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.conftest import LEARNERS, World, answered, everything, refused
from tests.support.builders.agreement_bodies import learner_body
from tests.support.builders.catalogue import MALTA

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_a_learner_reads_back_at_home(world: World):
    body = learner_body(email="marija@example.org")
    response = await world.home("coordinator").post(LEARNERS, body)
    registered = answered(response, 201)
    assert registered == body | {
        "learner_id": response.headers["location"].rpartition("/")[2],
        "version": 1,
        "home_id": str(MALTA.institution_id),
    }
    read = await world.home("signatory").get(response.headers["location"])
    assert answered(read) == registered
    assert read.headers["etag"] == '"1"'
    assert registered in await everything(world.home("coordinator"), LEARNERS)


async def test_names_are_for_the_home_institution_only(world: World):
    agreed = await world.agreed()
    path = f"{LEARNERS}/{agreed['learner_id']}"
    for caller in (world.host(), world.stranger()):
        refused(await caller.get(path), "not-found")
        assert await everything(caller, LEARNERS) == []
    assert (await world.learner(agreed["learner_id"]).get(path)).status_code == 403
    assert (await world.home("assessor").get(path)).status_code == 403


async def test_only_coordinators_register(world: World):
    assert (await world.home("signatory").post(LEARNERS, learner_body())).status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"given_name": ""}, "/given_name"),
        ({"family_name": "x" * 201}, "/family_name"),
        ({"birth_date": "2199-01-01"}, "/birth_date"),
        ({"birth_date": "1066-10-14"}, "/birth_date"),
        ({"email": "nobody"}, "/email"),
        ({"home_id": str(uuid4())}, "/home_id"),
    ],
)
async def test_what_is_not_a_learner_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str):
    errors = refused(await world.home().post(LEARNERS, learner_body(**changes)), "validation")
    assert [place for place, _ in errors] == [pointer]


async def test_a_learner_s_names_stay_out_of_what_is_logged(world: World, agreements: Running):
    registered = await world.registered_learner()
    caller = Principal("coordinator", org=MALTA.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(SYSTEM) as tx:
        learner = await store.load_learner(tx, UUID(registered["learner_id"]), caller)
    assert learner.personal.family_name == registered["family_name"]
    with capture_logs() as logged:
        structlog.get_logger().info("looked at", learner=repr(learner))
    (entry,) = logged
    assert registered["learner_id"] in entry["learner"]
    assert not any(text in entry["learner"] for text in ("Marija", "Zammit", "2008"))
