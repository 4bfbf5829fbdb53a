"""The same institution is registered once; who says that it is another one leaves a trace."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.catalogue import store
from services.catalogue.domain import institutions
from services.catalogue.domain.institutions import InstitutionProfile
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import MALTA
from tests.support.builders.catalogue_bodies import institution_body
from tests.support.locks import until_somebody_waits_for_a_lock

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/institutions"


def a_school(**members: Any) -> dict[str, Any]:
    return institution_body(MALTA) | {"oid": None, "name": f"School {uuid4()}"} | members


async def register(world: World, body: dict[str, Any]) -> dict[str, Any]:
    return answered(await world.body_of(body["country"]).post(PATH, body), 201)


async def test_the_same_name_in_the_same_country_is_refused_and_named(world: World):
    name = f"Institut {uuid4()} d'Été"
    first = await register(world, a_school(name=name))
    again = await world.body_of("MT").post(PATH, a_school(name=name.upper().replace("É", "E")))
    assert again.status_code == 409
    assert again.json()["type"].endswith("/duplicate-institution")
    assert again.json()["duplicates"] == [{"institution_id": first["institution_id"], "same": "name"}]
    await register(world, a_school(name=name, country="PT"))


async def test_the_same_pic_is_refused_wherever_it_is(world: World):
    pic = f"{uuid4().int % 10**9:09}"
    first = await register(world, a_school(pic=pic))
    again = await world.body_of("IT").post(PATH, a_school(pic=pic, country="IT"))
    assert again.status_code == 409
    assert again.json()["duplicates"] == [{"institution_id": first["institution_id"], "same": "pic"}]


async def test_of_two_with_the_same_pic_in_two_countries_at_the_same_moment_the_second_waits_for_the_first(
    world: World, catalogue: Running
):
    pic = f"{uuid4().int % 10**9:09}"
    async with catalogue.database.transaction("IT") as first:
        await store.lock_institutions(first, "IT", pic)
        second = asyncio.create_task(world.body_of("MT").post(PATH, a_school(pic=pic)))
        await until_somebody_waits_for_a_lock(catalogue.database)
        profile = InstitutionProfile(name=f"{uuid4()}", country="IT", oid=None, pic=pic, competences=(), demo=True)
        await store.add(first, institutions.register(profile, uuid4())[0])
    assert (await second).status_code == 409


async def test_who_says_that_it_is_another_one_registers_it_and_everybody_sees_that(world: World):
    first = await register(world, a_school())
    second = await register(world, a_school(name=first["name"], not_a_duplicate_of=[first["institution_id"]]))
    read = answered(await world.coordinator(MALTA).get(f"{PATH}/{second['institution_id']}"))
    assert read["not_a_duplicate_of"] == [first["institution_id"]]
    # and it is not asked again when something else about it changes
    body = a_school(name=first["name"], demo=False)
    changed = await world.body_of("MT").put(f"{PATH}/{second['institution_id']}", body, version=1)
    assert answered(changed)["not_a_duplicate_of"] == [first["institution_id"]]


async def test_a_change_makes_no_duplicate_either(world: World):
    first, second = await register(world, a_school()), await register(world, a_school())
    path = f"{PATH}/{second['institution_id']}"
    renamed = await world.body_of("MT").put(path, a_school(name=first["name"]), version=1)
    assert (renamed.status_code, renamed.json()["duplicates"][0]["institution_id"]) == (409, first["institution_id"])
    assert answered(await world.body_of("MT").get(path)) == second


async def test_of_two_registered_at_the_same_moment_one_is_refused(world: World):
    body = a_school()
    answers = await asyncio.gather(*(world.body_of("MT").post(PATH, body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
