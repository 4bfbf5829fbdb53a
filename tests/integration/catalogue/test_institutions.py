from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import InstitutionChanged, InstitutionRegistered
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import MALTA
from tests.support.builders.catalogue_bodies import institution_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/institutions"
UNMERGED: dict[str, Any] = {"merged_into_id": None, "merge_reason": None, "not_a_duplicate_of": []}


def a_body(**members: Any) -> dict[str, Any]:
    """An institution that is not registered yet."""
    number = uuid4().int % 10**8
    return institution_body(MALTA) | {"oid": f"E{number:08}", "name": f"Marsa School {number}"} | members


async def test_a_registered_institution_is_said_and_readable_by_everybody(world: World, catalogue: Running):
    body = a_body(pic="888888888")
    response = await world.body_of("MT").post(PATH, body)
    registered = answered(response, 201)
    location = response.headers["location"]
    read = await ApiCaller(world.http, None, ("operator",)).get(location)
    assert answered(read) == registered
    assert registered == body | UNMERGED | {"institution_id": location.rpartition("/")[2], "version": 1}
    assert read.headers["etag"] == response.headers["etag"] == '"1"'
    (fact,) = await said_about(catalogue, registered["institution_id"])
    assert isinstance(fact, InstitutionRegistered)
    assert institution_body(fact) == body


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World, catalogue: Running):
    body, key = a_body(), str(uuid4())
    first = answered(await world.body_of("MT").post(PATH, body, key=key), 201)
    assert answered(await world.body_of("MT").post(PATH, body, key=key), 201) == first
    assert len(await said_about(catalogue, first["institution_id"])) == 1


async def test_a_competent_body_registers_in_its_own_countries_only(world: World):
    assert (await world.body_of("IT", "FR").post(PATH, a_body())).status_code == 403
    assert (await world.coordinator(MALTA).post(PATH, a_body())).status_code == 403


async def test_an_oid_is_registered_once(world: World):
    body = a_body()
    answered(await world.body_of("MT").post(PATH, body), 201)
    again = await world.body_of("MT").post(PATH, body)
    assert again.status_code == 409
    assert body["oid"] in again.json()["detail"]
    other = answered(await world.body_of("MT").post(PATH, a_body()), 201)
    taken = await world.body_of("MT").put(f"{PATH}/{other['institution_id']}", body, version=1)
    assert taken.status_code == 409


async def test_institutions_without_an_oid_may_be_many(world: World):
    for _ in range(2):
        answered(await world.body_of("MT").post(PATH, a_body(oid=None)), 201)


async def test_a_change_replaces_the_whole_and_is_said(world: World, catalogue: Running):
    registered = answered(await world.body_of("MT").post(PATH, a_body()), 201)
    path = f"{PATH}/{registered['institution_id']}"
    body = a_body(oid=registered["oid"], name="Marsa College", competences=[])
    changed = await world.body_of("MT").put(path, body, version=1)
    assert answered(changed) == body | UNMERGED | {"institution_id": registered["institution_id"], "version": 2}
    assert changed.headers["etag"] == '"2"'
    _, fact = await said_about(catalogue, registered["institution_id"])
    assert isinstance(fact, InstitutionChanged)
    assert (fact.version, institution_body(fact)) == (2, body)


async def test_a_change_names_the_version_it_means(world: World):
    registered = answered(await world.body_of("MT").post(PATH, a_body()), 201)
    path, body = f"{PATH}/{registered['institution_id']}", a_body()
    assert (await world.body_of("MT").put(path, body)).status_code == 428
    assert (await world.body_of("MT").put(path, body, version=2)).status_code == 412
    assert (await world.body_of("IT").put(path, body, version=1)).status_code == 403
    assert (await world.body_of("MT").put(f"{PATH}/{uuid4()}", body, version=1)).status_code == 404
    assert answered(await world.body_of("MT").get(path))["version"] == 1


async def test_the_list_can_be_of_one_country_and_comes_in_pages(world: World):
    made = [answered(await world.body_of("LU").post(PATH, a_body(country="LU")), 201) for _ in range(3)]
    first = answered(await world.coordinator(MALTA).get(PATH, country="LU", limit=2))
    second = answered(await world.coordinator(MALTA).get(PATH, country="LU", limit=2, cursor=first["next"]))
    assert first["items"] + second["items"] == made
    assert second["next"] is None


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/oid", {"oid": "E1234567"}),
        ("/oid", {"oid": "E1234567\N{ARABIC-INDIC DIGIT EIGHT}"}),
        ("/pic", {"pic": "12345"}),
        ("/country", {"country": "Malta"}),
        ("/country", {"country": "XX"}),
        ("/name", {"name": "  "}),
        ("/demo", {"demo": "yes"}),
        ("/shoe_size", {"shoe_size": 42}),
        ("/competences/0/function", {"competences": [{"function": "sings", "legal_reference": "-"}]}),
        ("/competences/1/function", {"competences": [{"function": "assesses", "legal_reference": "-"}] * 2}),
    ],
)
async def test_what_is_wrong_is_pointed_at(world: World, pointer: str, members: dict[str, Any]):
    response = await world.body_of("MT").post(PATH, a_body(**members))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
