"""Each belt alone holds: one with a role that row-level security does not bind, two with selects that ask for all."""

from uuid import uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from shared.auth import Principal
from shared.db import SYSTEM, Database
from shared.tenancy import acting_for, row_level_security, visible_to
from tests.support.databases import ThrowawayDatabase

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="session")]

HOME, HOST, STRANGER, LEARNER = uuid4(), uuid4(), uuid4(), uuid4()
RECORDS = sa.Table(
    "records",
    sa.MetaData(),
    sa.Column("home", sa.Uuid),
    sa.Column("host", sa.Uuid),
    sa.Column("learner", sa.Uuid),
    sa.Column("country", sa.Text),
)
SEES = {
    "home": (Principal("a", org=HOME, roles=frozenset({"coordinator"})), True),
    "host": (Principal("b", org=HOST, roles=frozenset({"examiner"})), True),
    "stranger": (Principal("c", org=STRANGER, roles=frozenset({"recogniser"})), False),
    "learner": (Principal("d", learner_id=LEARNER, roles=frozenset({"learner"})), True),
    "other learner": (Principal("e", learner_id=uuid4(), roles=frozenset({"learner"})), False),
    "competent body": (
        Principal("f", org=uuid4(), roles=frozenset({"competent_body"}), countries=frozenset({"FR"})),
        True,
    ),
    "competent body elsewhere": (
        Principal("g", org=uuid4(), roles=frozenset({"competent_body"}), countries=frozenset({"DE"})),
        False,
    ),
    "countries without the role": (
        Principal("h", org=uuid4(), roles=frozenset({"coordinator"}), countries=frozenset({"FR"})),
        False,
    ),
    "nobody": (Principal("i"), False),
    "operator": (Principal("j", roles=frozenset({"operator"})), False),
    "operator of the institution": (Principal("k", org=HOME, roles=frozenset({"operator"})), False),
    "another learner of the institution": (
        Principal("l", org=HOME, roles=frozenset({"learner"}), learner_id=uuid4()),
        False,
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def belts(notes_database: ThrowawayDatabase):
    """The database as its owner on behalf of the system, which sees all rows, and as the application."""
    owner, application = Database(notes_database.owner_url, pool=1), Database(notes_database.url, pool=1)
    async with owner.transaction(SYSTEM) as tx:
        await tx.run_sync(RECORDS.create)
        for statement in row_level_security("records", "home", "host", "learner", "country"):
            await tx.exec_driver_sql(statement)
        await tx.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON records TO {notes_database.role}")
        await tx.execute(sa.insert(RECORDS).values(home=HOME, host=HOST, learner=LEARNER, country="FR"))
    yield owner, application
    await owner.close()
    await application.close()


@pytest.mark.parametrize("who", SEES)
async def test_belt_one_alone_shows_each_only_their_own(belts, who):
    owner, _ = belts
    principal, sees = SEES[who]
    visible = visible_to(
        principal, RECORDS.c.home, RECORDS.c.host, learner=RECORDS.c.learner, country=RECORDS.c.country
    )
    async with owner.transaction(SYSTEM) as tx:
        assert len((await tx.execute(sa.select(RECORDS).where(visible))).all()) == sees


@pytest.mark.parametrize("who", SEES)
async def test_belt_two_alone_shows_each_only_their_own(belts, who):
    _, application = belts
    principal, sees = SEES[who]
    async with application.transaction(acting_for(principal)) as tx:
        assert len((await tx.execute(sa.select(RECORDS))).all()) == sees
        assert (await tx.execute(sa.update(RECORDS).values(country="FR"))).rowcount == sees


async def test_the_system_sees_all_and_a_connection_that_was_told_nobody_sees_nothing(belts):
    _, application = belts
    async with application.transaction(SYSTEM) as tx:
        assert len((await tx.execute(sa.select(RECORDS))).all()) == 1
    async with application.engine.connect() as untold:
        assert (await untold.execute(sa.select(RECORDS))).all() == []


async def test_nobody_writes_a_row_for_others(belts):
    _, application = belts
    foreign = sa.insert(RECORDS).values(home=HOME, host=HOST, country="FR")
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with application.transaction(str(STRANGER)) as tx:
            await tx.execute(foreign)


async def test_the_application_cannot_take_the_belt_off(belts):
    _, application = belts
    with pytest.raises(ProgrammingError, match="owner"):
        async with application.transaction(SYSTEM) as tx:
            await tx.exec_driver_sql("ALTER TABLE records DISABLE ROW LEVEL SECURITY")
