"""What lets an upgrade go without downtime: the version before goes on running on the next one's schema."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg.rows import namedtuple_row

import services
from deploy.local.servers import Servers
from deploy.routes import SERVICES
from shared.migrations import migrate
from shared.service import Service
from tests.support.databases import ThrowawayDatabase, throwaway_database

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

COLUMNS = """
    SELECT table_name, column_name, udt_name, is_nullable = 'YES' AS optional,
        column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS' AS filled
    FROM information_schema.columns WHERE table_schema = 'public'
"""
RIGHTS = """
    SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
    WHERE table_schema = 'public' AND grantee = %s
"""


class Schema(NamedTuple):
    columns: Mapping[tuple[str, str], Any]
    rights: set[Any]
    """What the application may do."""

    def breaks(self, before: "Schema") -> list[str]:
        """What a program written for the schema before would stumble over."""
        tables = {table for table, _ in before.columns}
        new = [one for place, one in self.columns.items() if place not in before.columns and place[0] in tables]
        return [
            *(f"{'.'.join(place)} is gone" for place in before.columns.keys() - self.columns.keys()),
            *(
                f"{'.'.join(place)} has another type, or must be given now"
                for place, one in self.columns.items()
                if (was := before.columns.get(place))
                and (one.udt_name != was.udt_name or _wanted(one) > _wanted(was) or was.optional > one.optional)
            ),
            *(f"{one.table_name}.{one.column_name} must be given from now on" for one in new if _wanted(one)),
            *(f"not allowed any more: {right}" for right in before.rights - self.rights),
        ]


def _wanted(column: Any) -> bool:
    return not (column.optional or column.filled)


def service_on(database: ThrowawayDatabase, name: str) -> Service:
    settings = import_module(f"services.{name}.settings").Settings
    given = {"database_url": database.url, "owner_database_url": database.owner_url}
    secret = {"secret_key": Fernet.generate_key().decode()} if "secret_key" in settings.model_fields else {}
    service: Service = import_module(f"services.{name}.app").service(settings.model_validate(given | secret))
    return service


async def schema_of(database: ThrowawayDatabase) -> Schema:
    async with await psycopg.AsyncConnection.connect(database.owner_url, row_factory=namedtuple_row) as connection:
        columns: list[Any] = await (await connection.execute(COLUMNS)).fetchall()
        rights: list[Any] = await (await connection.execute(RIGHTS, [database.role])).fetchall()
    return Schema({(one.table_name, one.column_name): one for one in columns}, set(rights))


@pytest.mark.parametrize("name", SERVICES)
async def test_a_migration_takes_nothing_from_the_version_before(infrastructure: Servers, name: str):
    files = (Path(str(services.__path__[0])) / name / "migrations").glob("[0-9]*.py")
    revisions = sorted(re.split("_", file.name)[0] for file in files)
    async with throwaway_database(infrastructure.database_url) as database:
        service, before = service_on(database, name), Schema({}, set())
        for revision in revisions:
            await migrate(service, to=revision)
            after = await schema_of(database)
            assert after.breaks(before) == [], revision
            before = after


def changed(**column: Any) -> Schema:
    class Column(NamedTuple):
        table_name: str = "notes"
        column_name: str = "title"
        udt_name: str = "text"
        optional: bool = False
        filled: bool = False

    made = Column(**column)
    return Schema({(made.table_name, made.column_name): made}, {("notes", "title", "INSERT")})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (changed(), changed(column_name="name")),
        (changed(), changed(udt_name="int4")),
        (changed(optional=True), changed()),
        (changed(optional=True), changed(filled=True)),
        (changed(filled=True), changed()),
        (changed(), Schema(changed().columns, set())),
    ],
    ids=["renamed", "another type", "required", "no longer to be left empty", "no default", "revoked"],
)
async def test_what_would_break_it_is_found(before: Schema, after: Schema):
    assert after.breaks(before)
