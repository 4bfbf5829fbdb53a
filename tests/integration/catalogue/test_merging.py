"""A duplicate is merged into the institution that it is; nothing that named it leads nowhere."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import InstitutionChanged
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.integration.catalogue.test_duplicates import PATH, a_school, register
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL
from tests.support.builders.catalogue_bodies import institution_body
from tests.support.builders.grades import scale_body, table_body
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def merge(world: World, duplicate: dict[str, Any], into: dict[str, Any], **differences: Any):
    path = f"{PATH}/{duplicate['institution_id']}/merger"
    body = {"into_id": into["institution_id"], "reason": "Registered twice"}
    country = differences.get("by", "MT")
    return await world.body_of(country).post(path, body, version=differences.get("version", duplicate["version"]))


async def code_for(world: World, institution: dict[str, Any], code: str) -> dict[str, Any]:
    path = f"{PATH}/{institution['institution_id']}/aliases"
    return answered(await world.coordinator(ITALY).post(path, {"code": code}), 201)


async def test_a_duplicate_says_what_it_was_merged_into_and_so_does_its_event(world: World, catalogue: Running):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    merged = answered(await merge(world, duplicate, survivor))
    assert merged == duplicate | {
        "version": 2,
        "merged_into_id": survivor["institution_id"],
        "merge_reason": "Registered twice",
    }
    path = f"{PATH}/{duplicate['institution_id']}"
    assert answered(await world.coordinator(MALTA).get(path)) == merged
    *_, fact = await said_about(catalogue, duplicate["institution_id"])
    assert isinstance(fact, InstitutionChanged)
    assert (fact.version, str(fact.merged_into_id)) == (2, survivor["institution_id"])
    assert answered(await world.body_of("MT").get(f"{PATH}/{survivor['institution_id']}")) == survivor


async def test_what_is_merged_cannot_be_changed_any_more(world: World):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    merged = answered(await merge(world, duplicate, survivor))
    path, body = f"{PATH}/{duplicate['institution_id']}", world.body_of("MT")
    refused = [
        await merge(world, merged, survivor),
        await body.put(path, a_school(), version=2),
        await body.put(f"{path}/contacts", {"contacts": []}, version=0),
        await world.coordinator(ITALY).post(f"{path}/aliases", {"code": "X"}),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["state"], answer.json()["possible"]) == (409, "merged", [])


async def test_what_is_merged_holds_no_function_any_more_and_awards_nothing(world: World):
    council = institution_body(MALTA_COUNCIL) | {"oid": None}
    survivor, duplicate = [await register(world, council | {"name": f"Council {uuid4()}"}) for _ in range(2)]
    answered(await merge(world, duplicate, survivor))
    awarding = {"country": "MT", "function": "awards_qualifications", "limit": 200}
    holders = {one["institution_id"] for one in answered(await world.body_of("MT").get(PATH, **awarding))["items"]}
    assert holders & {survivor["institution_id"], duplicate["institution_id"]} == {survivor["institution_id"]}
    malta, body = world.coordinator(MALTA), world.body() | {"awarding_body_id": duplicate["institution_id"]}
    drafted = answered(await malta.post("/v1/qualifications", body), 201)
    path = f"/v1/qualifications/{drafted['qualification_id']}"
    refused = await malta.post(f"{path}/publication", version=1)
    (wrong,) = refused.json()["errors"]
    assert (refused.status_code, wrong["pointer"], wrong["code"]) == (422, "/awarding_body_id", "merged")
    assert survivor["institution_id"] in wrong["detail"]
    edited = answered(await malta.put(path, body | {"awarding_body_id": survivor["institution_id"]}, version=1))
    await world.consent(edited, survivor["institution_id"])
    answered(await malta.post(f"{path}/publication", version=3))


async def test_a_grade_table_of_what_is_merged_stays_the_draft_that_it_is(world: World):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    body = world.body_of("MT")
    scale = answered(await body.post("/v1/grade-scales", scale_body(country="MT", code=f"S-{uuid4().hex[:8]}")), 201)
    content = table_body(duplicate["institution_id"], scale["grade_scale_id"])
    table = answered(await body.post("/v1/grade-tables", content), 201)
    answered(await merge(world, duplicate, survivor))
    path = f"/v1/grade-tables/{table['grade_table_id']}"
    for answer in (await body.put(path, content, version=1), await body.post(f"{path}/publication", version=1)):
        assert (answer.status_code, answer.json()["state"], answer.json()["possible"]) == (409, "merged", [])


async def test_every_partner_s_code_stays_usable(world: World):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    code = f"partner {uuid4().int % 10**6}"
    alias = await code_for(world, duplicate, code)
    answered(await merge(world, duplicate, survivor))
    found = answered(await world.coordinator(ITALY).get(PATH, code=code))
    assert found["items"] == [survivor]
    listed = answered(await world.coordinator(ITALY).get(f"{PATH}/{survivor['institution_id']}/aliases"))
    assert listed["items"] == [alias | {"institution_id": survivor["institution_id"]}]
    left = answered(await world.coordinator(ITALY).get(f"{PATH}/{duplicate['institution_id']}/aliases"))
    assert left["items"] == []
    path = f"{PATH}/{survivor['institution_id']}/aliases/{alias['alias_id']}"
    assert (await world.coordinator(ITALY).delete(path, version=1)).status_code == 204


async def test_chains_lead_straight_to_the_last(world: World, catalogue: Running):
    last, middle, first = [await register(world, a_school()) for _ in range(3)]
    answered(await merge(world, first, middle))
    answered(await merge(world, middle, last))
    read = answered(await world.body_of("MT").get(f"{PATH}/{first['institution_id']}"))
    assert (read["merged_into_id"], read["version"]) == (last["institution_id"], 3)
    *_, fact = await said_about(catalogue, first["institution_id"])
    assert isinstance(fact, InstitutionChanged)
    assert str(fact.merged_into_id) == last["institution_id"]
    # whoever names one that was merged means the one it was merged into
    another = await register(world, a_school())
    assert answered(await merge(world, another, middle))["merged_into_id"] == last["institution_id"]


async def test_neither_into_itself_nor_in_a_circle_nor_abroad_nor_nowhere(world: World):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    abroad = await register(world, a_school(country="PT"))
    answered(await merge(world, duplicate, survivor))
    wrong = [
        (survivor, "circular"),
        (duplicate, "circular"),
        (abroad, "foreign"),
        ({"institution_id": str(uuid4())}, "unknown"),
    ]
    for into, code in wrong:
        answer = await merge(world, survivor, into)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_only_a_competent_body_of_the_country_merges(world: World):
    survivor, duplicate = await register(world, a_school()), await register(world, a_school())
    assert (await merge(world, duplicate, survivor, by="IT")).status_code == 403
    path = f"{PATH}/{duplicate['institution_id']}/merger"
    body = {"into_id": survivor["institution_id"], "reason": "-"}
    assert (await world.coordinator(MALTA).post(path, body, version=1)).status_code == 403
    assert (await merge(world, duplicate, survivor, version=2)).status_code == 412
    assert (await merge(world, {"institution_id": uuid4(), "version": 1}, survivor)).status_code == 404


async def test_two_that_are_merged_into_each_other_at_the_same_moment_make_no_circle(world: World):
    one, other = await register(world, a_school()), await register(world, a_school())
    answers = await asyncio.gather(merge(world, one, other), merge(world, other, one))
    assert sorted(answer.status_code for answer in answers) == [200, 422]
