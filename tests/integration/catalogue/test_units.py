"""Units by themselves: common to several qualifications, and found among all that are published."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import QualificationPublished
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import ITALY, ITALY_ICT, MALTA, MALTA_ICT
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/units"


async def with_a_unit_of(world: World, other: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a qualification of Malta that has a unit of another qualification, and one of its own."""
    own = world.body()["units"][0] | {"points": "45.0", "code": "U9"}
    common = other["units"][0] | {"points": "75.0", "compulsory": True} | changes
    return world.body() | {"units": [common, own]}


async def test_a_unit_is_common_to_two_qualifications_with_points_of_its_own_in_each(world: World, catalogue: Running):
    other = await world.publish_italian()
    malta = world.coordinator(MALTA)
    draft = answered(await malta.post("/v1/qualifications", await with_a_unit_of(world, other)), 201)
    path = f"/v1/qualifications/{draft['qualification_id']}"
    published = answered(await malta.post(f"{path}/publication", version=1))
    common, here = other["units"][0], published["units"][0]
    assert here == common | {"points": "75.0"}
    (fact,) = await said_about(catalogue, published["qualification_id"])
    assert isinstance(fact, QualificationPublished)
    assert str(fact.units[0].unit_id) == common["unit_id"]
    listed = answered(await malta.get(PATH, qualification_id=published["qualification_id"]))["items"]
    assert {one["unit_id"]: one["points"] for one in listed}[common["unit_id"]] == "75.0"


async def test_a_unit_of_a_draft_elsewhere_is_nobody_s_to_have(world: World):
    draft = await world.draft(ITALY_ICT, ITALY)
    refused = await world.coordinator(MALTA).post("/v1/qualifications", await with_a_unit_of(world, draft))
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "pointer": "/units/0/unit_id",
        "code": "unknown",
        "detail": "Leave it out for what is new; ids are given here.",
    }


async def test_what_a_common_unit_is_cannot_be_changed_elsewhere(world: World):
    other = await world.publish_italian()
    body = await with_a_unit_of(world, other, title={"en": "Something else"})
    refused = await world.coordinator(MALTA).post("/v1/qualifications", body)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/units/0/title"]
    body = await with_a_unit_of(world, other, outcomes=[])
    taken = answered(await world.coordinator(MALTA).post("/v1/qualifications", body), 201)
    assert taken["units"][0]["outcomes"] == other["units"][0]["outcomes"]


async def test_where_it_comes_from_it_may_change_and_the_others_follow_with_their_next_version(world: World):
    other = await world.publish_italian()
    malta, italy = world.coordinator(MALTA), world.coordinator(ITALY)
    draft = answered(await malta.post("/v1/qualifications", await with_a_unit_of(world, other)), 201)
    there = f"/v1/qualifications/{other['qualification_id']}"
    next_ = answered(await italy.post(f"{there}/versions", version=2), 201)
    names = (*world.body(ITALY_ICT), "units")
    first, *others = next_["units"]
    renamed = {"units": [first | {"title": {"en": "Support of users"}}, *others]}
    answered(await italy.put(there, {name: next_[name] for name in names} | renamed, version=3))
    answered(await italy.post(f"{there}/publication", version=4))
    refused = await malta.post(f"/v1/qualifications/{draft['qualification_id']}/publication", version=1)
    assert [error["code"] for error in refused.json()["errors"]] == ["not_as_published"]
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/units/0/title"]


async def test_units_are_found_by_what_they_are(world: World):
    title = {"en": "Weaving of fishing nets"}
    unit = replace(MALTA_ICT.units[0], title=title, isced_f="0721", eqf_level=3)
    published = await world.publish(replace(MALTA_ICT, units=(unit, *MALTA_ICT.units[1:]), isced_f="0831"))
    unit_id = published["units"][0]["unit_id"]

    async def found(**wanted: Any) -> list[str]:
        return [one["unit_id"] for one in answered(await world.coordinator(ITALY).get(PATH, **wanted))["items"]]

    assert await found(isced_f="0721") == [unit_id]
    assert await found(isced_f="0721", country="MT", eqf_level=3, title="nets fishing") == [unit_id]
    for unwanted in ({"country": "IT"}, {"eqf_level": 4}, {"title": "nests"}, {"qualification_id": str(uuid4())}):
        assert await found(isced_f="0721", **unwanted) == []
    assert len(await found(isced_f="0831")) == 4


async def test_a_unit_of_a_draft_is_not_listed(world: World):
    draft = await world.draft()
    listed = answered(await world.coordinator(MALTA).get(PATH, qualification_id=draft["qualification_id"]))
    assert listed["items"] == []


async def test_a_thousand_units_come_in_pages_each_once(world: World):
    template = replace(MALTA_ICT.units[0], points=None, isced_f="0115", outcomes=MALTA_ICT.units[0].outcomes[:1])
    units = tuple(replace(template, code=f"U{number}") for number in range(100))
    for _ in range(10):
        await world.publish(replace(MALTA_ICT, points=None, units=units))
    seen: list[str] = []
    wanted: dict[str, Any] = {"isced_f": "0115", "limit": 200}
    while wanted.get("cursor", "") is not None:
        page = answered(await world.coordinator(ITALY).get(PATH, **wanted))
        seen += [one["unit_id"] for one in page["items"]]
        wanted["cursor"] = page["next"]
    assert len(seen) == 1_000
    assert seen == sorted(set(seen))
