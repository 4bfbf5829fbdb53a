"""What was there before a migration is there after it, in its new form."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from pydantic_core import to_jsonable_python

from deploy.local.servers import Servers
from services.catalogue import store
from services.catalogue.app import service
from services.catalogue.domain.qualifications import QualificationState
from services.catalogue.settings import Settings
from services.catalogue.tables import COMPARABILITIES, QUALIFICATIONS
from shared import outbox
from shared.db import SYSTEM, Database
from shared.migrations import migrate
from tests.support.builders.catalogue import COMPARABILITIES as DECLARED
from tests.support.builders.catalogue import ITALY_ICT, MALTA, MALTA_ICT
from tests.support.databases import throwaway_database

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

LATER = {"kind", "region", "designed_by_ids", "supersedes_version", "accumulation", "conditions"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(infrastructure: Servers) -> AsyncIterator[Database]:
    """With a draft, two published qualifications and a comparability of before, brought to the newest revision."""
    async with throwaway_database(infrastructure.database_url) as made:
        catalogue = service(Settings.model_validate({"database_url": made.url, "owner_database_url": made.owner_url}))
        await migrate(catalogue, to="0002")
        database = Database(made.url)
        async with database.transaction(SYSTEM) as tx:
            for fact, state in ((MALTA_ICT, "published"), (ITALY_ICT, "published"), (MALTA_ICT, "draft")):
                changes = {"qualification_id": UUID(int=1)} if state == "draft" else {}
                row = {**_row(fact), "owner_id": MALTA.institution_id, "state": state, **changes}
                await tx.execute(sa.insert(QUALIFICATIONS).values(row))
            await tx.execute(sa.insert(COMPARABILITIES).values(_row(DECLARED[0]) | {"state": "declared"}))
            await outbox.add(tx, [MALTA_ICT])
        await migrate(catalogue)
        yield database
        await database.close()


def _row(fact: Any) -> dict[str, Any]:
    """As it was written before there were the later columns."""
    inside = (tuple, dict)
    values = {name: to_jsonable_python(v) if isinstance(v, inside) else v for name, v in vars(fact).items()}
    return {name: value for name, value in values.items() if name not in LATER}


async def test_what_was_published_has_become_a_version_that_stays(database: Database):
    async with database.transaction(SYSTEM) as tx:
        for fact in (MALTA_ICT, ITALY_ICT):
            version = await store.load_qualification_version(tx, fact.qualification_id, fact.version)
            assert (version.state, version.units, version.consents) == (QualificationState.PUBLISHED, fact.units, ())
            assert (version.published_at is not None) == (fact is MALTA_ICT)
        assert await store.find_published(tx, UUID(int=1)) is None


async def test_its_units_are_found(database: Database):
    unit_ids = [unit.unit_id for unit in MALTA_ICT.units]
    async with database.transaction(SYSTEM) as tx:
        found = await store.units_elsewhere(tx, unit_ids, None)
    assert sorted(unit.code for unit in found) == ["U1", "U2", "U3", "U4", "U5"]
    assert set(found[0].title) == {"en"}


async def test_levels_of_what_was_declared_comparable_are_known(database: Database):
    async with database.transaction(SYSTEM) as tx:
        comparability = await store.load_comparability(tx, DECLARED[0].comparability_id)
    assert (comparability.home_eqf_level, comparability.host_eqf_level, comparability.conditions) == (4, 4, None)
