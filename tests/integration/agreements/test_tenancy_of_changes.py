"""Each belt with the other one off, for changes, complements and home's decisions."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from services.agreements import store
from services.agreements.tables import LEARNING_AGREEMENT_CHANGES, UNIT_DECISIONS
from shared.auth import Principal
from shared.contracts.agreements import LearningAgreementAgreed
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from tests.integration.agreements.abroad import extended
from tests.integration.agreements.conftest import World
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL
from tests.support.builders.recognition import credit_recognised
from tests.support.running import said_about, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

TABLES = (LEARNING_AGREEMENT_CHANGES, UNIT_DECISIONS)


async def changed_and_decided(world: World, agreements: Running) -> dict[str, Any]:
    proposed = await extended(world, await world.agreed())
    facts = await said_about(agreements, proposed["learning_agreement_id"])
    await tell(agreements, *(credit_recognised(fact) for fact in facts if isinstance(fact, LearningAgreementAgreed)))
    return proposed


async def test_the_store_alone_shows_strangers_nothing(world: World, agreements: Running):
    proposed = await changed_and_decided(world, agreements)
    elsewhere = Principal("coordinator", org=MALTA_COUNCIL.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await store.load_learning_agreement(tx, UUID(proposed["learning_agreement_id"]), elsewhere)
        changes = await store.list_changes(tx, UUID(proposed["learning_agreement_id"]), elsewhere, PageRequest())
        assert changes.items == []


async def test_the_database_alone_shows_everybody_only_what_is_theirs(world: World, agreements: Running):
    proposed = await changed_and_decided(world, agreements)
    sees = {
        MALTA.institution_id: True,
        ITALY.institution_id: True,
        proposed["learner_id"]: True,
        MALTA_COUNCIL.institution_id: False,
        uuid4(): False,
        None: False,
        SYSTEM: True,
    }
    for whom, expected in sees.items():
        async with agreements.database.transaction(whom and str(whom)) as tx:
            for table in TABLES:
                this = table.c.learning_agreement_id == proposed["learning_agreement_id"]
                assert bool((await tx.execute(sa.select(table).where(this))).all()) is expected, (whom, table.name)


async def test_the_database_alone_lets_nobody_write_for_others(world: World, agreements: Running):
    proposed = await changed_and_decided(world, agreements)
    stranger = str(MALTA_COUNCIL.institution_id)
    async with agreements.database.transaction(stranger) as tx:
        assert (await tx.execute(sa.update(LEARNING_AGREEMENT_CHANGES).values(ending={}))).rowcount == 0
    change = {
        "learning_agreement_id": proposed["learning_agreement_id"],
        "content_version": 1,
        "instead_of": 1,
        "differences": [],
    }
    async with agreements.database.transaction(stranger) as tx:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.execute(sa.insert(LEARNING_AGREEMENT_CHANGES).values(change))


async def test_only_the_system_hears_what_home_decided(world: World, agreements: Running):
    agreed = await world.agreed()
    decision = {
        "learning_agreement_id": agreed["learning_agreement_id"],
        "unit_id": uuid4(),
        "said": "-",
        "decided_at": sa.func.now(),
    }
    for whom in (MALTA.institution_id, ITALY.institution_id, agreed["learner_id"]):
        async with agreements.database.transaction(str(whom)) as tx:
            with pytest.raises(ProgrammingError, match="row-level security"):
                await tx.execute(sa.insert(UNIT_DECISIONS).values(decision))


async def test_what_was_proposed_or_decided_cannot_be_rewritten(agreements: Running):
    rights = {
        "learning_agreement_changes": {"UPDATE", "DELETE", "TRUNCATE"},
        "unit_decisions": {"UPDATE", "TRUNCATE"},
    }
    async with agreements.database.transaction(None) as tx:
        for table, forbidden in rights.items():
            for right in forbidden:
                may = sa.text("SELECT has_table_privilege(:table, :right)")
                assert await tx.scalar(may, {"table": table, "right": right}) is False


async def test_an_erasure_can_reach_words_and_nothing_that_was_signed(agreements: Running):
    may = sa.text("SELECT has_column_privilege(:table, :column, 'UPDATE')")
    rights = {
        "learning_agreement_versions": {"reasons": True, "terms": False, "content_hash": False},
        "learning_agreement_comments": {"text": True, "requested_by": False},
        "learning_agreement_signatures": {"signatory": False},
    }
    async with agreements.database.transaction(None) as tx:
        for table, columns in rights.items():
            for column, expected in columns.items():
                assert await tx.scalar(may, {"table": table, "column": column}) is expected, (table, column)
