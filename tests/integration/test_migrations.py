"""What every service's migrations have to keep, tried on each."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql

from deploy.local.servers import Servers
from services.agreements import app as agreements
from services.assessment import app as assessment
from services.assessment.settings import Settings as AssessmentSettings
from services.catalogue import app as catalogue
from services.catalogue.settings import Settings as CatalogueSettings
from services.notifications import app as notifications
from services.recognition import app as recognition
from services.recognition.settings import Settings as RecognitionSettings
from shared import audit_log
from shared.db import SYSTEM, Database
from shared.migrations import current, migrate, newest
from shared.service import Running, Service
from shared.settings import ServiceSettings
from tests.support.databases import throwaway_database
from tests.support.learners import SettingsWithKey as AgreementsSettings
from tests.support.notifications import SettingsWithKey as NotificationsSettings
from tests.support.running import as_owner, running_service

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SERVICES: dict[str, tuple[Callable[[Any], Service], type[ServiceSettings]]] = {
    "catalogue": (catalogue.service, CatalogueSettings),
    "agreements": (agreements.service, AgreementsSettings),
    "assessment": (assessment.service, AssessmentSettings),
    "recognition": (recognition.service, RecognitionSettings),
    "notifications": (notifications.service, NotificationsSettings),
}
REWRITES = ["UPDATE audit_entries SET subject = ''", "DELETE FROM audit_entries", "TRUNCATE audit_entries"]
ENTRY = """
    INSERT INTO audit_entries (id, at, subject, roles, operation)
    VALUES (gen_random_uuid(), now() - interval '{age}', '{age}', '{{}}', 'none')
"""
ROLES = """
    SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles
    WHERE rolname IN (:application, current_user)
"""
OWNED = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=SERVICES)
async def migrated(request: pytest.FixtureRequest, infrastructure: Servers) -> AsyncIterator[Running]:
    compose, settings_type = SERVICES[request.param]
    async with running_service(compose, settings_type, infrastructure.database_url) as running:
        yield running


async def test_migrations_make_the_tables_that_the_service_uses(migrated: Running):
    async with as_owner(migrated).connect() as connection:
        assert await connection.run_sync(differences, migrated.service.tables) == []


def differences(connection: sa.Connection, tables: sa.MetaData) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, tables))


async def test_migrating_again_changes_nothing(migrated: Running):
    assert await migrate(migrated.service) == newest(migrated.service)
    async with migrated.database.transaction(SYSTEM) as tx:
        assert await current(tx) == newest(migrated.service)


async def test_the_application_owns_nothing(migrated: Running):
    async with migrated.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(OWNED)).all() == []


async def test_the_application_may_read_every_table(migrated: Running):
    async with migrated.database.transaction(SYSTEM) as tx:
        for table in migrated.service.tables.sorted_tables:
            await tx.execute(sa.select(table).limit(1))


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_the_application_has_no_right_to_rewrite_the_audit_log(migrated: Running, rewrite: str):
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with migrated.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text(rewrite))


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_even_the_owner_of_the_audit_log_does_not_rewrite_it(migrated: Running, rewrite: str):
    async with as_owner(migrated).begin() as connection:
        await connection.exec_driver_sql(ENTRY.format(age="1 year"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with as_owner(migrated).begin() as connection:
            await connection.exec_driver_sql(rewrite)


async def test_the_owner_may_remove_what_is_two_years_old(migrated: Running):
    async with as_owner(migrated).begin() as connection:
        await connection.exec_driver_sql(ENTRY.format(age="3 years"))
        await connection.exec_driver_sql(ENTRY.format(age="1 year"))
        gone = await connection.exec_driver_sql("DELETE FROM audit_entries WHERE at < now() - interval '2 years'")
        assert gone.rowcount == 1


@pytest.mark.parametrize(
    "definition", ["CREATE TABLE mine (id int)", "CREATE TEMPORARY TABLE mine (id int)", "CREATE SCHEMA mine"]
)
async def test_the_application_defines_nothing(migrated: Running, definition: str):
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with migrated.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text(definition))


async def test_neither_the_application_nor_the_owner_has_more_rights_than_those_granted(migrated: Running):
    async with as_owner(migrated).begin() as connection:
        application = sa.make_url(migrated.database.url).username
        rows = (await connection.execute(sa.text(ROLES), {"application": application})).all()
    assert [tuple(row) for row in rows] == [(False,) * 5] * 2


async def test_another_service_does_not_get_into_the_database(migrated: Running, infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as others:
        inside = sa.make_url(others.url).set(database=sa.make_url(migrated.database.url).database)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            await psycopg.AsyncConnection.connect(inside.render_as_string(hide_password=False))


async def test_a_role_that_stands_in_while_a_password_is_changed_may_do_the_same(
    migrated: Running, infrastructure: Servers
):
    own = sa.make_url(migrated.database.url)
    stand_in = f"{own.username}_standin"
    async with await psycopg.AsyncConnection.connect(
        sa.make_url(infrastructure.database_url).set(database=own.database).render_as_string(hide_password=False),
        autocommit=True,
    ) as administrator:
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'new' IN ROLE {}")
        await administrator.execute(made.format(sql.Identifier(stand_in), sql.Identifier(str(own.username))))
        url = own.set(username=stand_in, password="new").render_as_string(hide_password=False)
        database = Database(url, pool=1)
        try:
            await audit_log.note_command(database, "replay")
            async with database.transaction(SYSTEM) as tx:
                for table in migrated.service.tables.sorted_tables:
                    await tx.execute(sa.select(table).limit(1))
        finally:
            await database.close()
            for ending in ("DROP OWNED BY {}", "DROP ROLE {}"):
                await administrator.execute(sql.SQL(ending).format(sql.Identifier(stand_in)))
