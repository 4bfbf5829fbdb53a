"""Each belt with the other one off: the store asked by somebody else as SYSTEM, and bare SQL on behalf of somebody."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from services.agreements import store
from services.agreements.tables import (
    LEARNERS,
    LEARNING_AGREEMENTS,
    MEMORANDA,
    MEMORANDUM_HISTORY,
    MEMORANDUM_VERSIONS,
)
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from tests.integration.agreements.conftest import World
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FIRST = PageRequest(limit=200)
STRANGERS = [
    Principal("coordinator elsewhere", org=MALTA_COUNCIL.institution_id, roles=frozenset({"coordinator"})),
    Principal("operator at home", org=MALTA.institution_id, roles=frozenset({"operator"})),
    Principal("another learner", roles=frozenset({"learner"}), learner_id=uuid4()),
    Principal("competent body elsewhere", roles=frozenset({"competent_body"}), countries=frozenset({"DE"})),
]
COUNCIL = Principal("competent body", roles=frozenset({"competent_body"}), countries=frozenset({"FR", "IT"}))


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.sub)
async def test_the_store_alone_shows_strangers_nothing(world: World, agreements: Running, stranger: Principal):
    agreed = await world.agreed()
    memorandum_id = UUID(agreed["memorandum_id"])
    of_memorandum = store.LearningAgreementFilter(memorandum_id=memorandum_id)
    async with agreements.database.transaction(SYSTEM) as tx:
        for load, id_ in (
            (store.load_memorandum, memorandum_id),
            (store.load_learner, UUID(agreed["learner_id"])),
            (store.load_learning_agreement, UUID(agreed["learning_agreement_id"])),
        ):
            with pytest.raises(NotFound):
                await load(tx, id_, stranger)
        with pytest.raises(NotFound):
            await store.list_versions(tx, memorandum_id, stranger, FIRST)
        with pytest.raises(NotFound):
            await store.list_history(tx, memorandum_id, stranger, FIRST)
        assert (await store.list_memoranda(tx, stranger, FIRST, state=None)).items == []
        assert (await store.list_learners(tx, stranger, FIRST)).items == []
        found = await store.list_learning_agreements(tx, stranger, FIRST, of_memorandum)
        assert found.items == []


async def test_the_store_alone_shows_a_competent_body_the_memorandum_and_nothing_of_the_learner(
    world: World, agreements: Running
):
    agreed = await world.agreed()
    memorandum_id = UUID(agreed["memorandum_id"])
    async with agreements.database.transaction(SYSTEM) as tx:
        assert (await store.load_memorandum(tx, memorandum_id, COUNCIL)).id == memorandum_id
        assert (await store.list_versions(tx, memorandum_id, COUNCIL, FIRST)).items
        assert (await store.list_history(tx, memorandum_id, COUNCIL, FIRST)).items
        with pytest.raises(NotFound):
            await store.load_learner(tx, UUID(agreed["learner_id"]), COUNCIL)
        with pytest.raises(NotFound):
            await store.load_learning_agreement(tx, UUID(agreed["learning_agreement_id"]), COUNCIL)


async def test_the_store_alone_shows_a_draft_to_its_drafter_only(world: World, agreements: Running):
    drafted = UUID((await world.drafted_memorandum())["memorandum_id"])
    home, host = (
        Principal("coordinator", org=party.institution_id, roles=frozenset({"coordinator"})) for party in (MALTA, ITALY)
    )
    async with agreements.database.transaction(SYSTEM) as tx:
        assert (await store.load_memorandum(tx, drafted, home)).id == drafted
        with pytest.raises(NotFound):
            await store.load_memorandum(tx, drafted, host)
        found = await store.list_memoranda(tx, host, FIRST, state=None)
        assert drafted not in {one.id for one in found.items}


async def test_the_database_alone_shows_a_draft_to_its_drafter_only(world: World, agreements: Running):
    drafted = await world.drafted_memorandum()
    this = sa.select(MEMORANDA.c.id).where(MEMORANDA.c.id == drafted["memorandum_id"])
    for party, sees in ((MALTA, True), (ITALY, False)):
        async with agreements.database.transaction(str(party.institution_id)) as tx:
            assert bool((await tx.execute(this)).all()) is sees


async def seen_by(agreements: Running, whom: Any, agreed: dict[str, Any]) -> dict[str, bool]:
    """Whether bare SQL on behalf of somebody finds each row of the story."""
    conditions = {
        "memorandum": sa.select(MEMORANDA).where(MEMORANDA.c.id == agreed["memorandum_id"]),
        "history": sa.select(MEMORANDUM_HISTORY).where(MEMORANDUM_HISTORY.c.memorandum_id == agreed["memorandum_id"]),
        "version": sa.select(MEMORANDUM_VERSIONS).where(MEMORANDUM_VERSIONS.c.memorandum_id == agreed["memorandum_id"]),
        "learner": sa.select(LEARNERS).where(LEARNERS.c.id == agreed["learner_id"]),
        "agreement": sa.select(LEARNING_AGREEMENTS).where(LEARNING_AGREEMENTS.c.id == agreed["learning_agreement_id"]),
    }
    async with agreements.database.transaction(whom and str(whom)) as tx:
        return {name: bool((await tx.execute(select)).all()) for name, select in conditions.items()}


async def test_the_database_alone_shows_everybody_only_what_is_theirs(world: World, agreements: Running):
    agreed = await world.agreed()
    names = ("memorandum", "history", "version", "learner", "agreement")
    expected = {
        MALTA.institution_id: (True, True, True, True, True),
        ITALY.institution_id: (True, True, True, False, True),
        agreed["learner_id"]: (False, False, False, True, True),
        MALTA_COUNCIL.institution_id: (False, False, False, False, False),
        "FR,IT": (True, True, True, False, False),
        "DE": (False, False, False, False, False),
        None: (False, False, False, False, False),
        SYSTEM: (True, True, True, True, True),
    }
    for whom, sees in expected.items():
        assert await seen_by(agreements, whom, agreed) == dict(zip(names, sees, strict=True)), whom


async def test_the_database_alone_lets_nobody_write_for_others(world: World, agreements: Running):
    agreed = await world.agreed()
    async with agreements.database.transaction(str(MALTA_COUNCIL.institution_id)) as tx:
        for table in (MEMORANDA, LEARNING_AGREEMENTS, LEARNERS):
            assert (await tx.execute(sa.update(table).values(version=99))).rowcount == 0
        assert (await tx.execute(sa.delete(MEMORANDA))).rowcount == 0
    version = {
        "memorandum_id": agreed["memorandum_id"],
        "content_version": 2,
        "content_hash": "-",
        "hash_profile": "-",
        "terms": {},
        "proposed_by": MALTA_COUNCIL.institution_id,
        "proposed_at": sa.func.now(),
    }
    learner = {"id": uuid4(), "version": 1, "home_id": MALTA.institution_id, "given_name": "-", "family_name": "-"}
    for table, row in ((MEMORANDUM_VERSIONS, version), (LEARNERS, learner | {"birth_date": sa.func.now()})):
        async with agreements.database.transaction(str(MALTA_COUNCIL.institution_id)) as tx:
            with pytest.raises(ProgrammingError, match="row-level security"):
                await tx.execute(sa.insert(table).values(row))


async def test_a_memorandum_cannot_be_put_into_other_hands(world: World, agreements: Running):
    drafted = await world.drafted_memorandum()
    async with agreements.database.transaction(str(MALTA.institution_id)) as tx:
        this = sa.update(MEMORANDA).where(MEMORANDA.c.id == drafted["memorandum_id"])
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.execute(this.values(party_ids=[MALTA_COUNCIL.institution_id]))
