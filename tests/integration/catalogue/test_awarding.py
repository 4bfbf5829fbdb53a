"""Nobody publishes a qualification in the name of an awarding body that does not know of it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.catalogue import store
from services.catalogue.tables import QUALIFICATIONS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered, request_of, summary
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA, MALTA_COUNCIL
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/qualifications"


async def drafted(world: World) -> tuple[str, dict[str, Any]]:
    """The path of what the school has drafted and the council is to award, and the draft."""
    draft = await world.draft_for_council()
    return f"{PATH}/{draft['qualification_id']}", draft


async def test_the_awarding_body_reads_what_is_drafted_in_its_name_and_nobody_publishes_it_without_its_consent(
    world: World,
):
    path, draft = await drafted(world)
    school, council = world.coordinator(MALTA), world.coordinator(MALTA_COUNCIL)
    refused = await school.post(f"{path}/publication", version=1)
    (wrong,) = refused.json()["errors"]
    assert (refused.status_code, wrong["pointer"], wrong["code"]) == (422, "/awarding_body_id", "consent_missing")
    assert answered(await council.get(path)) == draft
    waiting = answered(await council.get(PATH, state="draft", limit=200))["items"]
    assert summary(draft) in waiting
    await world.consent(draft, draft["awarding_body_id"])
    published = answered(await school.post(f"{path}/publication", version=2))
    assert (published["state"], published["version"]) == ("published", 3)


async def test_an_edit_after_the_consent_asks_for_another_one(world: World):
    path, draft = await drafted(world)
    school, council = world.coordinator(MALTA), world.coordinator(MALTA_COUNCIL)
    consented = await world.consent(draft, draft["awarding_body_id"])
    edited = answered(await school.put(path, request_of(consented, isced_f="0688"), version=2))
    assert edited["consents"] == []
    assert (await school.post(f"{path}/publication", version=3)).status_code == 422
    stale = await council.post(f"{path}/consents", {"content_hash": draft["content_hash"]}, version=3)
    assert (stale.status_code, stale.json()["type"].rpartition("/")[2]) == (409, "stale-approval")


async def test_of_a_consent_and_an_edit_at_once_one_wins_and_nobody_consents_to_what_was_not_read(world: World):
    path, draft = await drafted(world)
    both = await asyncio.gather(
        world.coordinator(MALTA_COUNCIL).post(f"{path}/consents", {"content_hash": draft["content_hash"]}, version=1),
        world.coordinator(MALTA).put(path, request_of(draft, isced_f="0688"), version=1),
    )
    assert sorted(answer.status_code for answer in both) == [200, 412]


async def test_the_awarding_body_neither_edits_nor_publishes_what_others_drafted(world: World):
    path, draft = await drafted(world)
    council = world.coordinator(MALTA_COUNCIL)
    assert (await council.put(path, request_of(draft), version=1)).status_code == 403
    assert (await council.post(f"{path}/publication", version=1)).status_code == 403
    assessor = ApiCaller(world.http, council.org, ("assessor",))
    body = {"content_hash": draft["content_hash"]}
    assert (await assessor.post(f"{path}/consents", body, version=1)).status_code == 403
    assert (await world.coordinator(ITALY_REGION).post(f"{path}/consents", body, version=1)).status_code == 404


async def test_each_belt_alone_shows_the_draft_to_who_is_to_award_it_and_to_nobody_else(
    world: World, catalogue: Running
):
    _, draft = await drafted(world)
    id_ = UUID(draft["qualification_id"])
    for institution, sees in ((MALTA, True), (MALTA_COUNCIL, True), (ITALY, False)):
        own = world.ids[institution.institution_id]
        principal = Principal("ada", org=own, roles=frozenset({"coordinator"}))
        async with catalogue.database.transaction(SYSTEM) as tx:
            assert (await store.find_qualification(tx, id_, principal) is not None) is sees
            search = store.QualificationSearch()
            found = await store.list_qualifications(tx, principal, PageRequest(limit=200), search)
            assert (id_ in {one.qualification_id for one in found.items}) is sees
        async with catalogue.database.transaction(str(own)) as tx:
            this = sa.select(QUALIFICATIONS.c.qualification_id).where(QUALIFICATIONS.c.qualification_id == id_)
            assert (await tx.scalar(this) == id_) is sees
