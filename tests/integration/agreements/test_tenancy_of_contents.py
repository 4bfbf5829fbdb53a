"""Each belt with the other one off, for what was put to signature, signed, asked for, and whom to reach."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from services.agreements import store
from services.agreements.tables import (
    LEARNING_AGREEMENT_COMMENTS,
    LEARNING_AGREEMENT_CONTACT_CHANGES,
    LEARNING_AGREEMENT_SIGNATURES,
    LEARNING_AGREEMENT_VERSIONS,
)
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from tests.integration.agreements.conftest import World, answered, path_of, step
from tests.support.builders.agreement_bodies import seen
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

TABLES = (
    LEARNING_AGREEMENT_VERSIONS,
    LEARNING_AGREEMENT_SIGNATURES,
    LEARNING_AGREEMENT_COMMENTS,
    LEARNING_AGREEMENT_CONTACT_CHANGES,
)
FIRST = PageRequest(limit=200)
STRANGERS = [
    Principal("coordinator elsewhere", org=MALTA_COUNCIL.institution_id, roles=frozenset({"coordinator"})),
    Principal("operator at home", org=MALTA.institution_id, roles=frozenset({"operator"})),
    Principal("another learner", roles=frozenset({"learner"}), learner_id=uuid4()),
    Principal("competent body", roles=frozenset({"competent_body"}), countries=frozenset({"MT", "IT"})),
]


async def with_a_history(world: World) -> dict[str, Any]:
    signed = await world.home_signed()
    requested = await step(world.host(), signed, "change-requests", seen(signed) | {"text": "In May, please."})
    contacts = {"mentor": {"name": "Mentore Prova"}}
    path = f"{path_of(requested)}/contacts"
    return answered(await world.host().put(path, contacts, version=requested["version"]))


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.sub)
async def test_the_store_alone_shows_strangers_nothing(world: World, agreements: Running, stranger: Principal):
    id_ = UUID((await with_a_history(world))["learning_agreement_id"])
    async with agreements.database.transaction(SYSTEM) as tx:
        assert (await store.list_learning_agreement_versions(tx, id_, stranger, FIRST)).items == []
        assert (await store.list_change_requests(tx, id_, stranger, FIRST)).items == []
        assert (await store.list_contact_changes(tx, id_, stranger, FIRST)).items == []
        with pytest.raises(NotFound):
            await store.load_learning_agreement_version(tx, id_, 1, stranger)


async def test_the_database_alone_shows_everybody_only_what_is_theirs(world: World, agreements: Running):
    agreement = await with_a_history(world)
    sees = {
        MALTA.institution_id: True,
        ITALY.institution_id: True,
        agreement["learner_id"]: True,
        MALTA_COUNCIL.institution_id: False,
        None: False,
        SYSTEM: True,
    }
    for whom, expected in sees.items():
        async with agreements.database.transaction(whom and str(whom)) as tx:
            for table in TABLES:
                this = table.c.learning_agreement_id == agreement["learning_agreement_id"]
                found = (await tx.execute(sa.select(table).where(this))).all()
                assert bool(found) is expected, (whom, table.name)


async def test_the_database_alone_lets_nobody_write_for_others(world: World, agreements: Running):
    agreement = await with_a_history(world)
    row = {
        "learning_agreement_id": agreement["learning_agreement_id"],
        "version": 99,
        "side": "home",
        "changed_by": "-",
        "changed_at": sa.func.now(),
    }
    async with agreements.database.transaction(str(MALTA_COUNCIL.institution_id)) as tx:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.execute(sa.insert(LEARNING_AGREEMENT_CONTACT_CHANGES).values(row))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_what_was_signed_or_asked_for_cannot_be_rewritten(agreements: Running, table: sa.Table):
    async with agreements.database.transaction(None) as tx:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            may = sa.text("SELECT has_table_privilege(:table, :right)")
            assert await tx.scalar(may, {"table": table.name, "right": right}) is False
