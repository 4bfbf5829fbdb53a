from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.catalogue.conftest import World, answered, summary
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL, MALTA_ICT

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/qualifications"


@pytest.mark.parametrize(
    "wanted",
    [
        {"country": "MT"},
        {"eqf_level": 4},
        {"state": "published"},
        {"title": "sabots"},
        {"title": "maker"},
        {"title": "Sabot  MAKER, journeyman"},
    ],
)
async def test_the_list_has_what_all_filters_let_through(world: World, wanted: dict[str, Any]):
    title = {"en": "Journeyman sabot maker", "fr": "Compagnon, fabrication de sabots"}
    published = summary(await world.publish(replace(MALTA_ICT, isced_f="0722", title=title)))
    both = {"isced_f": "0722", "awarding_body_id": published["awarding_body_id"]}
    found = answered(await world.coordinator(ITALY).get(PATH, **both, **wanted))["items"]
    assert published in found


@pytest.mark.parametrize(
    "unwanted",
    [
        {"country": "IT"},
        {"eqf_level": 5},
        {"state": "draft"},
        {"state": "superseded"},
        {"title": "sab"},
        {"title": "sabot baker"},
        {"awarding_body_id": str(uuid4())},
    ],
)
async def test_and_nothing_else(world: World, unwanted: dict[str, Any]):
    await world.publish(replace(MALTA_ICT, isced_f="0723", title={"en": "Journeyman sabot maker"}))
    assert answered(await world.coordinator(ITALY).get(PATH, isced_f="0723", **unwanted))["items"] == []


async def test_drafts_are_found_in_the_same_way(world: World):
    drafted = await world.draft(replace(MALTA_ICT, isced_f="0724", title={"en": "Cooper"}))
    coordinator = world.coordinator(MALTA)
    assert answered(await coordinator.get(PATH, isced_f="0724", title="cooper"))["items"] == [summary(drafted)]
    assert answered(await coordinator.get(PATH, isced_f="0724", title="smith"))["items"] == []


async def test_the_list_is_of_summaries_and_can_be_filtered(world: World):
    published = summary(await world.publish(replace(MALTA_ICT, isced_f="0613"), MALTA))
    council = world.coordinator(MALTA_COUNCIL)
    assert answered(await council.get(PATH, isced_f="0613"))["items"] == [published]
    assert answered(await council.get(PATH, isced_f="0613", country="IT"))["items"] == []
    assert answered(await council.get(PATH, isced_f="0613", country="MT", state="published"))["items"] == [published]
    assert answered(await council.get(PATH, isced_f="0613", state="draft"))["items"] == []
