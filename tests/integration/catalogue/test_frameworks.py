"""Reference lists: read with their edition, kept by the reader, imported where they are not part of the code."""

import asyncio
from typing import Any

import pytest

from tests.integration.catalogue.conftest import FIELDS, World, answered
from tests.support.builders.catalogue import MALTA
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/frameworks"
ISCED_F = f"{PATH}/isced-f"


def entries(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "title": {"en": f"Field {code}"}} for code in (*codes, *FIELDS)]


async def whole(caller: ApiCaller, name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = answered(await caller.get(f"{PATH}/{name}", limit=200, **cursor))
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}


async def version(world: World) -> int:
    return int((await world.body_of("MT").get(ISCED_F)).headers["etag"].strip('"'))


def operator(world: World) -> ApiCaller:
    return ApiCaller(world.http, None, ("operator",))


async def test_there_are_lists_each_with_its_edition(world: World):
    listed = answered(await world.coordinator(MALTA).get(PATH))["items"]
    names = ["cefr", "countries", "eqavet", "eqf", "isced-f", "languages", "reason-codes"]
    assert [one["name"] for one in listed] == names
    for one in listed:
        framework = answered(await world.coordinator(MALTA).get(f"{PATH}/{one['name']}"))
        assert {name: framework[name] for name in one} == one
        assert framework["items"]
    first = answered(await world.coordinator(MALTA).get(PATH, limit=3))
    second = answered(await world.coordinator(MALTA).get(PATH, limit=200, cursor=first["next"]))
    assert first["items"] + second["items"] == listed


async def test_a_list_is_kept_until_its_edition_changes(world: World):
    first = await world.coordinator(MALTA).get(f"{PATH}/eqf")
    assert (first.headers["etag"], "max-age" in first.headers["cache-control"]) == ('"2017"', True)
    headers = {"Authorization": first.request.headers["authorization"], "If-None-Match": first.headers["etag"]}
    assert (await world.http.get(f"{PATH}/eqf", headers=headers)).status_code == 304


async def test_a_long_list_comes_in_pages(world: World):
    countries = await whole(world.coordinator(MALTA), "countries")
    assert {"code": "MT", "title": {"en": "Malta"}, "group": None} in countries
    assert len({one["code"] for one in countries}) == len(countries) > 240
    wrong = await world.coordinator(MALTA).get(f"{PATH}/countries", cursor="WyJYWCJd")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "cursor")


async def test_another_method_is_answered_with_those_that_there_are(world: World):
    refused = await world.body_of("MT").delete(ISCED_F, version=1)
    allowed = {method.strip() for method in refused.headers["allow"].split(",")}
    assert (refused.status_code, {"GET", "PUT"} - allowed, "DELETE" in allowed) == (405, set(), False)
    listed = await operator(world).put(PATH, {}, version=1)
    assert (listed.status_code, listed.headers["allow"]) == (405, "GET")


async def test_what_there_is_not_is_not_found(world: World):
    assert (await world.coordinator(MALTA).get(f"{PATH}/astrology")).status_code == 404
    body = {"edition": "2013", "entries": entries()}
    assert (await operator(world).put(f"{PATH}/astrology", body, version=1)).status_code == 404


async def test_what_is_part_of_acquis_is_not_imported(world: World):
    body = {"edition": "2013", "entries": entries()}
    assert (await operator(world).put(f"{PATH}/eqf", body, version=1)).status_code == 403


async def test_fields_of_study_are_imported_by_the_operator_alone(world: World):
    before = await version(world)
    body = {"edition": "2013", "entries": entries("0913")}
    for stranger in (world.coordinator(MALTA), world.body_of("MT"), ApiCaller(world.http, None, ("learner",))):
        assert (await stranger.put(ISCED_F, body, version=before)).status_code == 403
    imported = await operator(world).put(ISCED_F, body, version=before)
    assert (answered(imported)["edition"], imported.headers["etag"]) == ("2013", f'"{before + 1}"')
    assert [one["code"] for one in await whole(world.coordinator(MALTA), "isced-f")] == [*FIELDS, "0913"]
    csv = {"edition": "2013", "csv": "code,title_en\n" + "".join(f"{code},Field {code}\n" for code in FIELDS)}
    assert (await operator(world).put(ISCED_F, csv)).status_code == 428
    assert (await operator(world).put(ISCED_F, csv, version=before)).status_code == 412
    answered(await operator(world).put(ISCED_F, csv, version=before + 1))
    listed = await whole(operator(world), "isced-f")
    assert [(one["code"], one["title"]) for one in listed] == [(one["code"], one["title"]) for one in entries()]


async def test_of_two_imports_at_the_same_moment_one_wins(world: World):
    before = await version(world)
    body = {"edition": "2013", "entries": entries()}
    answers = await asyncio.gather(*(operator(world).put(ISCED_F, body, version=before) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/entries/0/code", {"entries": [{"code": "612", "title": {"en": "-"}}]}),
        ("/entries/0/title", {"entries": [{"code": "0612", "title": {}}]}),
        ("/csv", {"csv": "0612,Database\n"}),
        ("", {}),
    ],
)
async def test_what_is_wrong_is_pointed_at_and_nothing_changes(world: World, pointer: str, members: dict[str, Any]):
    before = await version(world)
    response = await operator(world).put(ISCED_F, {"edition": "2013"} | members, version=before)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert await version(world) == before


async def test_a_field_of_study_that_is_not_listed_is_refused_at_the_door(world: World):
    body = world.body() | {"isced_f": "9999"}
    drafted = await world.draft()
    path = f"/v1/qualifications/{drafted['qualification_id']}"
    for refused in (
        await world.coordinator(MALTA).post("/v1/qualifications", body),
        await world.coordinator(MALTA).put(path, body, version=1),
    ):
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/isced_f")
    body["isced_f"] = "0612"
    body["units"][1] |= {"isced_f": "9999"}
    refused = await world.coordinator(MALTA).post("/v1/qualifications", body)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/units/1/isced_f"]
