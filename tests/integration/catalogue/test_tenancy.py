"""Each belt with the other one off: the store asked by somebody else as SYSTEM, and bare SQL on behalf of somebody."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from services.catalogue import store
from services.catalogue.tables import (
    COUNTRY_POLICIES,
    INSTITUTIONS,
    PUBLISHED_UNITS,
    QUALIFICATION_VERSIONS,
    QUALIFICATIONS,
)
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import ITALY, MALTA, country_policy
from tests.support.builders.catalogue_bodies import country_policy_body

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

STRANGERS = [
    Principal("coordinator elsewhere", org=uuid4(), roles=frozenset({"coordinator"})),
    Principal("operator", roles=frozenset({"operator"})),
    Principal("learner", roles=frozenset({"learner"}), learner_id=uuid4()),
    Principal("body elsewhere", roles=frozenset({"competent_body"}), countries=frozenset({"IT"})),
    Principal("coordinator with countries", roles=frozenset({"coordinator"}), countries=frozenset({"BG"})),
]


async def a_draft_policy(world: World) -> UUID:
    body = country_policy_body(country_policy("BG"))
    drafted = answered(await world.body_of("BG").post("/v1/country-policies", body), 201)
    return UUID(drafted["country_policy_id"])


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.sub)
async def test_the_store_alone_keeps_drafts_from_strangers(world: World, catalogue: Running, stranger: Principal):
    qualification_id = UUID((await world.draft())["qualification_id"])
    policy_id = await a_draft_policy(world)
    async with catalogue.database.transaction(SYSTEM) as tx:
        assert await store.find_qualification(tx, qualification_id, stranger) is None
        with pytest.raises(NotFound):
            await store.load_country_policy(tx, policy_id, stranger)
        seen = await store.list_qualifications(tx, stranger, PageRequest(limit=200), store.QualificationSearch())
        assert {one.state for one in seen.items} <= {"published"}
        policies = await store.list_country_policies(tx, stranger, PageRequest(limit=200), country="BG", on=None)
        assert policies.items == []


async def test_the_database_alone_keeps_drafts_from_strangers(world: World, catalogue: Running):
    draft, published = await world.draft(), await world.publish()
    ids = sa.select(QUALIFICATIONS.c.qualification_id)
    await a_draft_policy(world)
    bulgarian = sa.select(COUNTRY_POLICIES).where(COUNTRY_POLICIES.c.country == "BG")
    for institution in (str(world.ids[ITALY.institution_id]), None):
        async with catalogue.database.transaction(institution) as tx:
            seen = set(await tx.scalars(ids))
            assert UUID(published["qualification_id"]) in seen
            assert UUID(draft["qualification_id"]) not in seen
            assert (await tx.execute(bulgarian)).all() == []
    async with catalogue.database.transaction(str(world.ids[MALTA.institution_id])) as tx:
        assert UUID(draft["qualification_id"]) in set(await tx.scalars(ids))
    async with catalogue.database.transaction("BG") as tx:
        assert (await tx.execute(bulgarian)).all() != []


async def test_the_database_alone_lets_nobody_write_for_others(world: World, catalogue: Running):
    await world.publish()
    async with catalogue.database.transaction(str(world.ids[ITALY.institution_id])) as tx:
        malta = world.ids[MALTA.institution_id]
        only_malta = (QUALIFICATIONS.c.owner_id == malta, QUALIFICATIONS.c.awarding_body_id == malta)
        alone = sa.and_(*only_malta, QUALIFICATIONS.c.designed_by_ids.is_(None))
        for table, of_malta in ((QUALIFICATIONS, alone), (INSTITUTIONS, INSTITUTIONS.c.institution_id == malta)):
            assert (await tx.execute(sa.update(table).where(of_malta).values(country="IT"))).rowcount == 0
        superseded = sa.update(QUALIFICATION_VERSIONS).where(QUALIFICATION_VERSIONS.c.owner_id == malta)
        assert (await tx.execute(superseded.values(state="superseded"))).rowcount == 0
        gone = sa.delete(PUBLISHED_UNITS).where(PUBLISHED_UNITS.c.owner_id == malta)
        assert (await tx.execute(gone)).rowcount == 0
    row = {"institution_id": uuid4(), "version": 1, "name": "-", "country": "MT", "competences": [], "demo": True}
    async with catalogue.database.transaction("IT") as tx:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.execute(sa.insert(INSTITUTIONS).values(row))


async def test_the_database_alone_keeps_what_is_published_as_it_is(world: World, catalogue: Running):
    published = await world.publish()
    this = QUALIFICATION_VERSIONS.c.qualification_id == UUID(published["qualification_id"])
    for column in set(QUALIFICATION_VERSIONS.c.keys()) - {"state", "superseded_by"}:
        async with catalogue.database.transaction(SYSTEM) as tx:
            unchanged = sa.update(QUALIFICATION_VERSIONS).where(this).values({column: QUALIFICATION_VERSIONS.c[column]})
            with pytest.raises(ProgrammingError, match="permission denied"):
                await tx.execute(unchanged)


async def test_nothing_is_ever_deleted(catalogue: Running):
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await tx.execute(sa.delete(QUALIFICATIONS))
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await tx.execute(sa.delete(QUALIFICATION_VERSIONS))
