from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.catalogue import store
from shared.auth import Principal
from shared.contracts.catalogue import Coverage, CoveragePolicy, QualificationPublished
from shared.problems import VersionMismatch
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered, summary
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_ICT
from tests.support.builders.catalogue_bodies import answered_qualification, qualification_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/qualifications"
A_UNIT = qualification_body(MALTA_ICT)["units"][0]


async def test_a_published_qualification_is_said_as_a_whole_and_readable_by_everybody(world: World, catalogue: Running):
    drafted = await world.draft()
    path = f"{PATH}/{drafted['qualification_id']}"
    published = await world.coordinator(MALTA).post(f"{path}/publication", version=1)
    assert answered(published) == drafted | {"state": "published", "version": 2}
    read = await ApiCaller(world.http, None, ("operator",)).get(path)
    assert (answered(read), read.headers["etag"]) == (published.json(), '"2"')
    (fact,) = await said_about(catalogue, drafted["qualification_id"])
    assert isinstance(fact, QualificationPublished)
    assert fact == answered_qualification(published.json())
    assert qualification_body(fact) == world.body()


async def test_a_unit_says_how_several_results_of_an_outcome_are_taken_together(world: World, catalogue: Running):
    body = world.body()
    weighted = {"policy": "weighted", "threshold": "0.60"}
    units = [{**unit, "coverage": weighted} for unit in body["units"]]
    mine = world.coordinator(MALTA)
    drafted = answered(await mine.post(PATH, body | {"units": units}), 201)
    assert {unit["coverage"]["threshold"] for unit in drafted["units"]} == {"0.60"}
    await mine.post(f"{PATH}/{drafted['qualification_id']}/publication", version=1)
    (fact,) = await said_about(catalogue, drafted["qualification_id"])
    assert isinstance(fact, QualificationPublished)
    expected = Coverage(policy=CoveragePolicy.WEIGHTED, threshold=Decimal("0.60"))
    assert {unit.coverage for unit in fact.units} == {expected}


async def test_a_draft_is_its_owner_s_own(world: World, catalogue: Running):
    drafted = await world.draft()
    path = f"{PATH}/{drafted['qualification_id']}"
    assert answered(await world.coordinator(MALTA).get(path)) == drafted
    stranger = world.coordinator(ITALY)
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.put(path, world.body(), version=1)).status_code == 404
    assert (await stranger.post(f"{path}/publication", version=1)).status_code == 404
    assert summary(drafted) not in answered(await stranger.get(PATH, state="draft", limit=200))["items"]
    assert summary(drafted) in answered(await world.coordinator(MALTA).get(PATH, state="draft", limit=200))["items"]
    assert await said_about(catalogue, drafted["qualification_id"]) == []


async def test_an_edit_keeps_the_ids_of_what_is_sent_again(world: World):
    drafted = await world.draft()
    path = f"{PATH}/{drafted['qualification_id']}"
    sent = {name: drafted[name] for name in world.body()}
    first, second, *_ = sent["units"]
    new = {name: value for name, value in second.items() if name != "unit_id"} | {"code": "U6", "outcomes": []}
    edited = answered(await world.coordinator(MALTA).put(path, sent | {"units": [new, first]}, version=1))
    assert edited["units"][1] == first
    assert edited["units"][0]["unit_id"] not in {unit["unit_id"] for unit in sent["units"]}
    assert edited["version"] == 2
    assert answered(await world.coordinator(MALTA).get(path)) == edited


async def test_only_who_designs_or_awards_qualifications_drafts_one(world: World):
    for caller in (ApiCaller(world.http, uuid4(), ("coordinator",)), ApiCaller(world.http, None, ("coordinator",))):
        refused = await caller.post(PATH, world.body())
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "not-competent")
    assessor = ApiCaller(world.http, world.ids[MALTA.institution_id], ("assessor",))
    assert (await assessor.post(PATH, world.body())).status_code == 403


async def test_a_signatory_publishes_but_does_not_edit(world: World):
    drafted = await world.draft()
    path = f"{PATH}/{drafted['qualification_id']}"
    signatory = ApiCaller(world.http, world.ids[MALTA.institution_id], ("signatory",))
    assert (await signatory.put(path, world.body(), version=1)).status_code == 403
    answered(await signatory.post(f"{path}/publication", version=1))


async def test_nobody_abroad_publishes_a_country_s_qualification_alone(world: World):
    drafted = await world.draft(owner=ITALY)
    await world.consent(drafted, drafted["awarding_body_id"])
    path = f"{PATH}/{drafted['qualification_id']}/publication"
    refused = await world.coordinator(ITALY).post(path, version=2)
    (wrong,) = refused.json()["errors"]
    assert (refused.status_code, wrong["pointer"], wrong["code"]) == (422, "/country", "not_a_designer_s")


async def test_what_is_published_does_not_change(world: World):
    published = await world.publish()
    path = f"{PATH}/{published['qualification_id']}"
    edited = await world.coordinator(MALTA).put(path, world.body(), version=2)
    again = await world.coordinator(MALTA).post(f"{path}/publication", version=2)
    assert (edited.status_code, again.status_code) == (409, 409)
    assert edited.json()["state"] == again.json()["state"] == "published"
    assert (await world.coordinator(ITALY).put(path, world.body(), version=2)).status_code == 403
    assert answered(await world.coordinator(MALTA).get(path)) == published


async def test_a_change_names_the_version_it_means(world: World):
    drafted = await world.draft()
    path = f"{PATH}/{drafted['qualification_id']}"
    coordinator = world.coordinator(MALTA)
    assert (await coordinator.put(path, world.body())).status_code == 428
    assert (await coordinator.put(path, world.body(), version=7)).status_code == 412
    assert (await coordinator.post(f"{path}/publication", version=7)).status_code == 412
    assert (await coordinator.put(f"{PATH}/{uuid4()}", world.body(), version=1)).status_code == 404


async def test_what_was_changed_meanwhile_is_not_overwritten(world: World, catalogue: Running):
    drafted = await world.draft()
    path, owner = f"{PATH}/{drafted['qualification_id']}", world.coordinator(MALTA)
    principal = Principal("ada", org=owner.org, roles=frozenset({"coordinator"}))
    async with catalogue.database.transaction(str(owner.org)) as slow:
        seen = await store.load_qualification(slow, UUID(drafted["qualification_id"]), principal)
        edited = answered(await owner.put(path, world.body(), version=1))
        with pytest.raises(VersionMismatch):
            await store.save(slow, replace(seen, isced_f="0000", version=2))
    assert answered(await owner.get(path)) == edited


async def test_all_that_keeps_it_from_publication_is_pointed_at_and_nothing_happens(world: World, catalogue: Running):
    first, *others = MALTA_ICT.units
    incomplete = replace(
        MALTA_ICT, nqf_level="5", awarding_body_id=ITALY.institution_id, units=(replace(first, outcomes=()), *others)
    )
    drafted = await world.draft(incomplete)
    path = f"{PATH}/{drafted['qualification_id']}"
    refused = await world.coordinator(MALTA).post(f"{path}/publication", version=1)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/country",
        "/nqf_level",
        "/units/0/outcomes",
    ]
    assert answered(await world.coordinator(MALTA).get(path)) == drafted
    assert await said_about(catalogue, drafted["qualification_id"]) == []


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/eqf_level", {"eqf_level": 9}),
        ("/isced_f", {"isced_f": "612"}),
        ("/points", {"points": "0.05"}),
        ("/points", {"points": "NaN"}),
        ("/points", {"points": 1e300}),
        ("/title", {"title": {}}),
        ("/title/english", {"title": {"english": "Technician"}}),
        ("/units/0/eqf_level", {"units": [{**A_UNIT, "eqf_level": 0}]}),
        ("/units/0/unit_id", {"units": [{**A_UNIT, "unit_id": str(uuid4())}]}),
        ("/region", {"region": "Scotland"}),
        ("/units/0/esco_uris/0", {"units": [{**A_UNIT, "esco_uris": ["https://esco.ec.europa.eu/skill"]}]}),
        ("/units/0/coefficient", {"units": [{**A_UNIT, "coefficient": "0"}]}),
        ("/units/0/coverage/policy", {"units": [{**A_UNIT, "coverage": {"policy": "luck"}}]}),
        ("/units/0/coverage", {"units": [{**A_UNIT, "coverage": {"policy": "weighted"}}]}),
        ("/units/0/coverage", {"units": [{**A_UNIT, "coverage": {"policy": "any", "threshold": "0.50"}}]}),
        (
            "/units/0/outcomes/0/weight",
            {"units": [{**A_UNIT, "outcomes": [{**A_UNIT["outcomes"][0], "weight": "0.00"}]}]},
        ),
        ("/units", {"units": [A_UNIT] * 101}),
    ],
)
async def test_what_is_wrong_is_pointed_at(world: World, pointer: str, members: dict[str, Any]):
    response = await world.coordinator(MALTA).post(PATH, world.body() | members)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
