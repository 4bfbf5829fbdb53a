import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.agreements.conftest import LEARNERS, World, answered, refused
from tests.support.builders.agreement_bodies import learner_body
from tests.support.learners import ESI

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def path_of(learner: dict[str, Any]) -> str:
    return f"{LEARNERS}/{learner['learner_id']}"


async def duplicates(world: World, body: dict[str, Any]) -> list[str]:
    response = await world.home().post(LEARNERS, body)
    assert response.status_code == 409
    refused(response, "duplicate-learner")
    found: list[str] = response.json()["learner_ids"]
    return found


@pytest.mark.parametrize("same", ["names", "esi", "national_id"])
async def test_who_was_registered_before_is_found(world: World, same: str):
    number = uuid4().hex
    body = learner_body(esi=f"{ESI}{number}", national_id=number)
    registered = answered(await world.home().post(LEARNERS, body), 201)
    again: dict[str, dict[str, Any]] = {
        "names": {"family_name": body["family_name"].upper(), "given_name": "MARÍJA"},
        "esi": {"esi": body["esi"]},
        "national_id": {"national_id": f"{number[:8]} {number[8:]}".upper()},
    }
    assert await duplicates(world, learner_body(**again[same])) == [registered["learner_id"]]


async def test_another_institution_may_have_the_same_person(world: World):
    body = learner_body()
    answered(await world.home().post(LEARNERS, body), 201)
    answered(await world.host().post(LEARNERS, body), 201)


async def test_who_has_checked_that_it_is_somebody_else_says_so_and_it_is_kept(world: World):
    body = learner_body()
    first = answered(await world.home().post(LEARNERS, body), 201)
    twin_body = body | {"distinct_from": [first["learner_id"], str(uuid4())]}
    twin = answered(await world.home().post(LEARNERS, twin_body), 201)
    assert twin["distinct_from"] == [first["learner_id"]]
    assert await duplicates(world, twin_body) == [twin["learner_id"]]
    history = answered(await world.home().get(f"{path_of(twin)}/export"))["history"]
    said = next(entry for entry in history if entry["what"] == "said_to_be_distinct")
    assert said["details"] == {"learner_ids": [first["learner_id"]]}
    assert said["done_by"]
    edited = answered(await world.home().put(path_of(twin), twin_body | {"phone": "+356 1234"}, version=1))
    assert edited["distinct_from"] == [first["learner_id"]]


async def test_nobody_becomes_somebody_else_by_a_change(world: World):
    body = learner_body()
    first = answered(await world.home().post(LEARNERS, body), 201)
    second = await world.registered_learner()
    response = await world.home().put(path_of(second), body, version=1)
    refused(response, "duplicate-learner")
    assert response.json()["learner_ids"] == [first["learner_id"]]
    assert answered(await world.home().get(path_of(second))) == second


async def test_of_two_who_register_the_same_person_at_once_one_hears_of_the_other(world: World):
    body = learner_body()
    answers = await asyncio.gather(*(world.home().post(LEARNERS, body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_lost_answer_can_be_asked_for_again_with_the_same_key(world: World):
    body, key = learner_body(), str(uuid4())
    first = answered(await world.home().post(LEARNERS, body, key=key), 201)
    assert answered(await world.home().post(LEARNERS, body, key=key), 201) == first
