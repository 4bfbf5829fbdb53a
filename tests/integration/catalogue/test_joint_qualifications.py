from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.catalogue.tables import QUALIFICATIONS
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def drafted(world: World) -> tuple[str, dict[str, Any]]:
    """The path of a qualification that Malta and Italy design together, and its draft."""
    designers = [str(world.ids[one.institution_id]) for one in (MALTA, ITALY)]
    draft = await world.coordinator(MALTA).post("/v1/qualifications", world.body() | {"designed_by_ids": designers})
    return draft.headers["location"], answered(draft, 201)


def request_of(world: World, draft: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: draft[name] for name in (*world.body(), "designed_by_ids")} | changes


async def test_each_of_them_reads_and_edits_the_draft_and_nobody_else(world: World, catalogue: Running):
    path, draft = await drafted(world)
    italy = world.coordinator(ITALY)
    assert answered(await italy.get(path)) == draft
    edited = answered(await italy.put(path, request_of(world, draft, isced_f="0688"), version=1))
    assert answered(await world.coordinator(MALTA).get(path)) == edited
    states = answered(await italy.get("/v1/qualifications", state="draft", limit=200))["items"]
    assert draft["qualification_id"] in {one["qualification_id"] for one in states}
    region = world.coordinator(ITALY_REGION)
    assert (await region.get(path)).status_code == 404
    assert (await region.put(path, request_of(world, draft), version=2)).status_code == 404
    this = sa.select(QUALIFICATIONS).where(QUALIFICATIONS.c.qualification_id == UUID(draft["qualification_id"]))
    for institution, rows in ((ITALY, 1), (ITALY_REGION, 0)):
        async with catalogue.database.transaction(str(world.ids[institution.institution_id])) as tx:
            assert len((await tx.execute(this)).all()) == rows


async def test_the_owner_decides_who_designs_it_and_when_it_is_published(world: World):
    path, draft = await drafted(world)
    malta = str(world.ids[MALTA.institution_id])
    italy, region = (str(world.ids[one.institution_id]) for one in (ITALY, ITALY_REGION))
    others = request_of(world, draft, designed_by_ids=[malta, region])
    assert (await world.coordinator(ITALY).put(path, others, version=1)).status_code == 403
    assert (await world.coordinator(ITALY).post(f"{path}/publication", version=1)).status_code == 403
    answered(await world.coordinator(MALTA).put(path, others, version=1))
    assert (await world.coordinator(ITALY).get(path)).status_code == 404
    without = request_of(world, draft, designed_by_ids=[italy, region])
    refused = await world.coordinator(MALTA).put(path, without, version=2)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/designed_by_ids"]


async def test_it_is_published_with_the_consent_of_all_to_what_is_published(world: World, catalogue: Running):
    path, draft = await drafted(world)
    malta, italy = world.coordinator(MALTA), world.coordinator(ITALY)
    refused = await malta.post(f"{path}/publication", version=1)
    assert refused.json()["errors"][0]["code"] == "consent_missing"
    signatory = ApiCaller(world.http, italy.org, ("signatory",))
    agreed = answered(
        await signatory.post(f"{path}/consents", {"content_hash": draft["content_hash"]}, version=draft["version"])
    )
    assert agreed["consents"] == [{"institution_id": str(italy.org), "content_hash": draft["content_hash"]}]
    edited = answered(await malta.put(path, request_of(world, draft, isced_f="0688"), version=2))
    assert edited["consents"] == []
    assert (await malta.post(f"{path}/publication", version=3)).status_code == 422
    stale = await italy.post(f"{path}/consents", {"content_hash": draft["content_hash"]}, version=3)
    assert (stale.status_code, stale.json()["type"].rpartition("/")[2]) == (409, "stale-approval")
    answered(await italy.post(f"{path}/consents", {"content_hash": edited["content_hash"]}, version=3))
    published = answered(await malta.post(f"{path}/publication", version=4))
    assert published["designed_by_ids"] == draft["designed_by_ids"]
    assert answered(await world.coordinator(ITALY_REGION).get(path)) == published
    (fact,) = await said_about(catalogue, published["qualification_id"])
    assert [str(one) for one in fact.designed_by_ids or ()] == published["designed_by_ids"]  # type: ignore[attr-defined] # it is a publication


async def test_only_who_designs_it_besides_the_owner_consents(world: World):
    path, draft = await drafted(world)
    body = {"content_hash": draft["content_hash"]}
    refused = await world.coordinator(MALTA).post(f"{path}/consents", body, version=1)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "not-competent")
    assert (await world.coordinator(ITALY_REGION).post(f"{path}/consents", body, version=1)).status_code == 404
    assert (await world.coordinator(ITALY).post(f"{path}/consents", body, version=7)).status_code == 412


async def test_the_next_version_is_drafted_together_and_takes_new_consents(world: World):
    path, draft = await drafted(world)
    malta, italy = world.coordinator(MALTA), world.coordinator(ITALY)
    consent = {"content_hash": draft["content_hash"]}
    answered(await italy.post(f"{path}/consents", consent, version=1))
    answered(await malta.post(f"{path}/publication", version=2))
    assert (await italy.post(f"{path}/versions", version=3)).status_code == 403
    next_ = answered(await malta.post(f"{path}/versions", version=3), 201)
    assert answered(await italy.get(path)) == next_
    assert next_["consents"] == []
    assert (await malta.post(f"{path}/publication", version=4)).status_code == 422
    answered(await italy.post(f"{path}/consents", consent, version=4))
    answered(await malta.post(f"{path}/publication", version=5))
