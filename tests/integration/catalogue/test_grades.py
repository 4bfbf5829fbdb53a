"""Grade scales and how grades are distributed: written by who may, immutable once others can build on them."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.catalogue import store
from services.catalogue.tables import GRADE_SCALES, GRADE_TABLES
from shared.auth import Principal
from shared.contracts.catalogue import GradeTablePublished
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import ITALY, MALTA
from tests.support.builders.grades import scale_body, table_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SCALES, TABLES = "/v1/grade-scales", "/v1/grade-tables"


def a_scale(**members: Any) -> dict[str, Any]:
    return scale_body(country="MT", code=f"S-{uuid4().hex[:8]}") | members


async def scale_of(world: World, **members: Any) -> dict[str, Any]:
    return answered(await world.body_of("MT").post(SCALES, a_scale(**members)), 201)


async def table_of(world: World, **members: Any) -> dict[str, Any]:
    """A draft of Malta's school."""
    scale = await scale_of(world)
    body = table_body(world.ids[MALTA.institution_id], scale["grade_scale_id"], **members)
    return answered(await world.coordinator(MALTA).post(TABLES, body), 201)


async def publish(caller: ApiCaller, table: dict[str, Any], version: int = 1):
    return await caller.post(f"{TABLES}/{table['grade_table_id']}/publication", version=version)


async def test_a_scale_is_defined_for_an_institution_or_a_country_and_read_by_everybody(world: World):
    school = str(world.ids[MALTA.institution_id])
    response = await world.coordinator(MALTA).post(SCALES, a_scale(institution_id=school))
    own = answered(response, 201)
    national = await scale_of(world)
    read = await world.coordinator(ITALY).get(response.headers["location"])
    assert (answered(read), read.headers["etag"]) == (own, '"1"')
    assert own["grades"][1] == {"label": "14-15.9", "passing": True, "lowest": "14.00", "highest": "15.90"}
    listed = answered(await world.coordinator(ITALY).get(SCALES, country="MT", limit=200))["items"]
    assert own in listed
    assert national in listed
    assert answered(await world.coordinator(ITALY).get(SCALES, institution_id=school, limit=200))["items"] != []
    assert national not in answered(await world.coordinator(ITALY).get(SCALES, institution_id=school))["items"]
    assert (await world.body_of("MT").get(f"{SCALES}/{uuid4()}")).status_code == 404


async def test_a_scale_is_defined_by_who_may(world: World):
    school = str(world.ids[MALTA.institution_id])
    for stranger, body in (
        (world.coordinator(ITALY), a_scale(institution_id=school)),
        (world.body_of("IT"), a_scale(institution_id=school)),
        (world.coordinator(MALTA), a_scale()),
        (world.body_of("IT"), a_scale()),
    ):
        assert (await stranger.post(SCALES, body)).status_code == 403
    answered(await world.body_of("MT").post(SCALES, a_scale(institution_id=school)), 201)


async def test_a_code_means_one_scale(world: World):
    school, scale = str(world.ids[MALTA.institution_id]), a_scale()
    answered(await world.body_of("MT").post(SCALES, scale), 201)
    assert (await world.body_of("MT").post(SCALES, scale)).status_code == 409
    answered(await world.body_of("MT").post(SCALES, scale | {"institution_id": school}), 201)
    new = a_scale()
    answers = await asyncio.gather(*(world.body_of("MT").post(SCALES, new) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/grades", {"grades": []}),
        ("/grades/0/lowest", {"grades": [{"label": "A", "passing": True, "lowest": 16}]}),
        ("/country", {"country": "XX"}),
        ("/institution_id", {"institution_id": str(uuid4())}),
        ("/title/xx", {"title": {"xx": "-"}}),
    ],
)
async def test_what_is_wrong_with_a_scale_is_pointed_at(world: World, pointer: str, members: dict[str, Any]):
    response = await world.body_of("MT").post(SCALES, a_scale(**members))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_scale_is_in_the_country_of_its_institution(world: World):
    body = a_scale(institution_id=str(world.ids[MALTA.institution_id]), country="IT")
    response = await world.coordinator(MALTA).post(SCALES, body)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/country")


async def test_a_published_table_is_said_and_readable_by_everybody(world: World, catalogue: Running):
    drafted = await table_of(world)
    path = f"{TABLES}/{drafted['grade_table_id']}"
    assert (drafted["state"], drafted["small_sample"], drafted["short_period"]) == ("draft", False, False)
    published = await publish(world.coordinator(MALTA), drafted)
    assert answered(published) == drafted | {"state": "published", "version": 2}
    read = await world.coordinator(ITALY).get(path)
    assert (answered(read), read.headers["etag"]) == (published.json(), '"2"')
    (fact,) = await said_about(catalogue, drafted["grade_table_id"])
    assert isinstance(fact, GradeTablePublished)
    assert sum(one.share for one in fact.shares) == 1
    assert (fact.version, fact.sample_size, fact.period_until) == (2, 412, date(2025, 6, 30))


async def test_a_draft_is_seen_by_its_institution_and_its_competent_body_alone(world: World):
    drafted = await table_of(world)
    path = f"{TABLES}/{drafted['grade_table_id']}"
    for own in (world.coordinator(MALTA), world.body_of("MT")):
        assert answered(await own.get(path)) == drafted
    for stranger in (world.coordinator(ITALY), world.body_of("IT"), ApiCaller(world.http, None, ("operator",))):
        assert (await stranger.get(path)).status_code == 404
        assert drafted not in answered(await stranger.get(TABLES, country="MT", limit=200))["items"]
    assert (await publish(world.coordinator(ITALY), drafted)).status_code == 404


async def test_only_the_institution_and_its_competent_body_write_its_tables(world: World):
    scale = await scale_of(world)
    body = table_body(world.ids[MALTA.institution_id], scale["grade_scale_id"])
    for stranger in (world.coordinator(ITALY), world.body_of("IT")):
        assert (await stranger.post(TABLES, body)).status_code == 403
    drafted = answered(await world.body_of("MT").post(TABLES, body), 201)
    path = f"{TABLES}/{drafted['grade_table_id']}"
    edited = answered(await world.coordinator(MALTA).put(path, body | {"sample_size": 49}, version=1))
    assert (edited["sample_size"], edited["small_sample"], edited["version"]) == (49, True, 2)
    elsewhere = body | {"institution_id": str(world.ids[ITALY.institution_id])}
    moved = await world.coordinator(MALTA).put(path, elsewhere, version=2)
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/institution_id")
    answered(await publish(world.coordinator(MALTA), drafted, version=2))
    for stranger in (world.coordinator(ITALY), world.body_of("IT")):
        assert (await stranger.put(path, body, version=3)).status_code == 403


async def test_what_is_published_never_changes(world: World):
    drafted = await table_of(world)
    answered(await publish(world.coordinator(MALTA), drafted))
    path = f"{TABLES}/{drafted['grade_table_id']}"
    body = table_body(drafted["institution_id"], drafted["grade_scale_id"])
    for refused in (
        await publish(world.coordinator(MALTA), drafted, version=2),
        await world.coordinator(MALTA).put(path, body, version=2),
    ):
        assert (refused.status_code, refused.json()["state"], refused.json()["possible"]) == (409, "published", [])
    assert (await publish(world.coordinator(MALTA), drafted)).status_code == 412


async def test_of_two_who_publish_at_the_same_moment_one_wins(world: World, catalogue: Running):
    drafted = await table_of(world)
    answers = await asyncio.gather(*(publish(world.coordinator(MALTA), drafted) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await said_about(catalogue, drafted["grade_table_id"])) == 1


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/isced_f", {"isced_f": "9999"}),
        ("/isced_f", {"isced_f": "612"}),
        ("/sample_size", {"sample_size": 0}),
        ("/sample_size", {"sample_size": 10**18}),
        ("/shares/0/share", {"shares": [{"label": "16-20", "share": 0.1}]}),
        ("/shares/0/share", {"shares": [{"label": "16-20", "share": "1.1"}]}),
        ("/grade_scale_id", {"grade_scale_id": str(uuid4())}),
        ("/institution_id", {"institution_id": str(uuid4())}),
        ("/period_until", {"period_until": "2023-08-31"}),
    ],
)
async def test_what_is_wrong_with_a_table_is_pointed_at(world: World, pointer: str, members: dict[str, Any]):
    scale = await scale_of(world)
    body = table_body(world.ids[MALTA.institution_id], scale["grade_scale_id"]) | members
    response = await world.coordinator(MALTA).post(TABLES, body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_table_of_all_fields_and_a_short_period_is_flagged(world: World):
    drafted = await table_of(world, isced_f=None, period_from="2024-09-01", sample_size=10)
    assert (drafted["isced_f"], drafted["small_sample"], drafted["short_period"]) == (None, True, True)
    listed = answered(await world.coordinator(MALTA).get(TABLES, isced_f="0612", limit=200))["items"]
    assert drafted not in listed


async def test_the_store_alone_keeps_drafts_from_strangers(world: World, catalogue: Running):
    drafted = await table_of(world)
    stranger = Principal("elsewhere", org=uuid4(), roles=frozenset({"coordinator"}))
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await store.load_grade_table(tx, UUID(drafted["grade_table_id"]), stranger)
        seen = await store.list_grade_tables(
            tx, stranger, PageRequest(limit=200), country=None, institution_id=None, isced_f=None
        )
        assert {one.state for one in seen.items} <= {"published"}


async def test_the_database_alone_keeps_drafts_and_what_is_published(world: World, catalogue: Running):
    drafted, published = await table_of(world), await table_of(world)
    answered(await publish(world.coordinator(MALTA), published))
    ids = sa.select(GRADE_TABLES.c.grade_table_id)
    for somebody in (None, "IT", str(world.ids[ITALY.institution_id])):
        async with catalogue.database.transaction(somebody) as tx:
            seen = {str(one) for one in await tx.scalars(ids)}
            assert published["grade_table_id"] in seen
            assert drafted["grade_table_id"] not in seen
            assert (await tx.execute(sa.update(GRADE_TABLES).values(sample_size=1))).rowcount == 0
    for one, changed in ((published, 0), (drafted, 1)):
        this = GRADE_TABLES.c.grade_table_id == UUID(one["grade_table_id"])
        async with catalogue.database.transaction(SYSTEM) as tx:
            assert (await tx.execute(sa.update(GRADE_TABLES).where(this).values(sample_size=1))).rowcount == changed
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            await tx.execute(sa.update(GRADE_SCALES).values(code="X"))
