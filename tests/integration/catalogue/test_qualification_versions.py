import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import Extent, QualificationPublished
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered, request_of
from tests.support.builders.catalogue import ITALY, MALTA, comparability
from tests.support.builders.catalogue_bodies import answered_qualification, comparability_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def published_in(world: World) -> tuple[str, dict[str, Any]]:
    """Its path, and the answer to its publication."""
    published = await world.publish()
    return f"/v1/qualifications/{published['qualification_id']}", published


async def next_version(world: World, path: str, version: int) -> dict[str, Any]:
    return answered(await world.coordinator(MALTA).post(f"{path}/versions", version=version), 201)


async def test_the_published_version_is_what_others_see_until_the_next_one_is(world: World, catalogue: Running):
    path, first = await published_in(world)
    malta, italy = world.coordinator(MALTA), world.coordinator(ITALY)
    draft = await next_version(world, path, first["version"])
    assert draft == first | {"state": "draft", "version": 3, "supersedes_version": 2}
    edited = answered(await malta.put(path, request_of(draft, isced_f="0688"), version=3))
    assert answered(await malta.get(path)) == edited
    seen = await italy.get(path)
    assert (answered(seen), seen.headers["etag"]) == (first, '"2"')
    second = answered(await malta.post(f"{path}/publication", version=4))
    assert second == edited | {"state": "published", "version": 5}
    assert answered(await italy.get(path)) == second
    *_, fact = await said_about(catalogue, first["qualification_id"])
    assert isinstance(fact, QualificationPublished)
    assert (fact.version, fact.supersedes_version, fact.isced_f) == (5, 2, "0688")


async def test_every_published_version_stays_readable_as_it_was(world: World):
    path, first = await published_in(world)
    draft = await next_version(world, path, 2)
    answered(await world.coordinator(MALTA).put(path, request_of(draft, isced_f="0688"), version=3))
    second = answered(await world.coordinator(MALTA).post(f"{path}/publication", version=4))
    reader = ApiCaller(world.http, uuid4(), ("recogniser",))
    before, after = answered(await reader.get(f"{path}/versions"))["items"]
    assert (before["version"], before["state"], before["superseded_by"]) == (2, "superseded", 5)
    assert (after["version"], after["state"], after["superseded_by"]) == (5, "published", None)
    assert before["published_at"] < after["published_at"]
    assert answered(await reader.get(f"{path}/versions/5")).items() >= second.items()
    assert answered(await reader.get(f"{path}/versions/2")).items() >= (first | {"state": "superseded"}).items()
    assert answered(await reader.get(f"{path}/versions", limit=1))["items"] == [before]
    listed = answered(await reader.get("/v1/qualifications", state="superseded", limit=200))["items"]
    assert (first["qualification_id"], 2) in {(one["qualification_id"], one["version"]) for one in listed}


async def test_a_draft_of_the_next_version_is_its_owner_s_own(world: World):
    path, first = await published_in(world)
    draft = await next_version(world, path, 2)
    here = {"isced_f": first["isced_f"], "limit": 200}

    async def listed(caller: ApiCaller) -> list[tuple[str, int]]:
        items = answered(await caller.get("/v1/qualifications", **here))["items"]
        return [(one["state"], one["version"]) for one in items if one["qualification_id"] == first["qualification_id"]]

    assert sorted(await listed(world.coordinator(MALTA))) == [("draft", 3), ("published", 2)]
    assert await listed(world.coordinator(ITALY)) == [("published", 2)]
    italy = world.coordinator(ITALY)
    for command in ("versions", "draft-withdrawal", "publication"):
        assert (await italy.post(f"{path}/{command}", version=2)).status_code == 403
    assert (await italy.put(path, request_of(draft), version=2)).status_code == 403
    assert (await italy.get(f"{path}/versions/3")).status_code == 404
    versions = answered(await italy.get(f"{path}/versions"))["items"]
    assert [one["version"] for one in versions] == [2]


async def test_only_what_is_possible_is_done_and_said(world: World):
    path, _ = await published_in(world)
    malta = world.coordinator(MALTA)
    for command in ("publication", "draft-withdrawal"):
        refused = await malta.post(f"{path}/{command}", version=2)
        assert (refused.status_code, refused.json()["possible"]) == (409, ["versions"])
    await next_version(world, path, 2)
    refused = await malta.post(f"{path}/versions", version=3)
    assert (refused.status_code, refused.json()["state"]) == (409, "draft")
    assert set(refused.json()["possible"]) == {"edit", "consents", "publication", "draft-withdrawal"}
    assert (await malta.post(f"{path}/versions", version=2)).status_code == 412
    first_draft = await world.draft()
    refused = await malta.post(f"/v1/qualifications/{first_draft['qualification_id']}/draft-withdrawal", version=1)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "wrong-state")
    assert (await malta.get(f"{path}/versions/999")).status_code == 404
    assert (await malta.get(f"{path}/versions/0")).status_code == 422


async def test_a_draft_has_no_versions_yet_and_nobody_else_learns_of_it(world: World):
    path = f"/v1/qualifications/{(await world.draft())['qualification_id']}/versions"
    assert answered(await world.coordinator(MALTA).get(path))["items"] == []
    assert (await world.coordinator(ITALY).get(path)).status_code == 404
    assert (await world.coordinator(ITALY).get(f"{path}/1")).status_code == 404


async def test_a_withdrawn_draft_leaves_nothing_and_its_versions_are_never_used_again(world: World, catalogue: Running):
    path, first = await published_in(world)
    malta = world.coordinator(MALTA)
    draft = await next_version(world, path, 2)
    edited = answered(await malta.put(path, request_of(draft, isced_f="0688"), version=3))
    withdrawn = await malta.post(f"{path}/draft-withdrawal", version=4)
    assert (answered(withdrawn), withdrawn.headers["etag"]) == (first, '"2"')
    assert answered(await malta.get(path)) == first
    again = await next_version(world, path, 2)
    assert (again["version"], again["isced_f"]) == (6, first["isced_f"])
    for stale in (3, 4, 5):
        assert (await malta.put(path, request_of(edited), version=stale)).status_code == 412
    second = answered(await malta.post(f"{path}/publication", version=6))
    assert (second["version"], second["supersedes_version"]) == (7, 2)
    facts = await said_about(catalogue, first["qualification_id"])
    assert [fact.version for fact in facts] == [2, 7]


async def test_ids_of_what_stays_are_kept_and_units_may_come_and_go(world: World):
    path, first = await published_in(world)
    draft = await next_version(world, path, 2)
    kept, dropped, *others = draft["units"]
    new = {name: value for name, value in dropped.items() if name != "unit_id"} | {"outcomes": [], "code": "U6"}
    outcomes = [{name: value for name, value in one.items() if name != "outcome_id"} for one in dropped["outcomes"]]
    units = [kept, new | {"outcomes": outcomes}, *others]
    edited = answered(await world.coordinator(MALTA).put(path, request_of(draft, units=units), version=3))
    second = answered(await world.coordinator(MALTA).post(f"{path}/publication", version=edited["version"]))
    ids = [unit["unit_id"] for unit in second["units"]]
    assert ids[0] == kept["unit_id"]
    assert dropped["unit_id"] not in ids
    listed = answered(await world.coordinator(ITALY).get("/v1/units", qualification_id=first["qualification_id"]))
    assert sorted(unit["unit_id"] for unit in listed["items"]) == sorted(ids)


async def test_of_two_who_begin_the_next_version_at_once_one_does(world: World):
    path, _ = await published_in(world)
    malta = world.coordinator(MALTA)
    both = await asyncio.gather(*(malta.post(f"{path}/versions", version=2) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [201, 412]
    (draft,) = (one.json() for one in both if one.status_code == 201)
    assert answered(await malta.get(path)) == draft


async def test_of_two_who_publish_at_once_one_does(world: World, catalogue: Running):
    path, first = await published_in(world)
    await next_version(world, path, 2)
    malta = world.coordinator(MALTA)
    both = await asyncio.gather(*(malta.post(f"{path}/publication", version=3) for _ in range(2)))
    first_status, second_status = sorted(one.status_code for one in both)
    assert (first_status, second_status in {409, 412}) == (200, True)
    assert len(await said_about(catalogue, first["qualification_id"])) == 2


async def test_a_lost_response_can_be_retried_with_the_same_key(world: World):
    path, _ = await published_in(world)
    malta, key = world.coordinator(MALTA), str(uuid4())
    lost = await malta.post(f"{path}/versions", version=2, key=key)
    again = await malta.post(f"{path}/versions", version=2, key=key)
    assert (again.status_code, again.json()) == (lost.status_code, lost.json()) == (201, lost.json())


async def test_what_is_published_is_compared_while_the_next_version_is_written(world: World):
    path, first = await published_in(world)
    host = answered_qualification(await world.publish_italian())
    await next_version(world, path, 2)
    statement = comparability(answered_qualification(first), "U1", host, "U1", Extent.FULL)
    answered(await world.coordinator(MALTA).post("/v1/comparabilities", comparability_body(statement)), 201)
