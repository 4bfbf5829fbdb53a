"""Migrations: Alembic, run as the owner of the tables, one run at a time; each service keeps its own revisions."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.service import Service
from shared.settings import ServiceSettings

ONE_AT_A_TIME = sa.text("SELECT pg_advisory_lock(hashtext('acquis migrations'))")
CURRENT = sa.text("SELECT version_num FROM alembic_version")


async def migrate(service: Service, *, to: str = "head") -> str:
    """Bring the service's database to a revision, usually the newest one; return the name of the newest one."""
    await asyncio.to_thread(_upgrade, service, to)
    return newest(service)


def newest(service: Service) -> str:
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    if head is None:
        raise LookupError(f"{service.name} has no migrations")
    return head


def lacks(service: Service, revision: str | None) -> bool:
    """Whether a database at this revision lacks something that this version of the service needs.

    A revision that it does not know is a later version's, and migrations only add: then it lacks nothing.
    """
    scripts = ScriptDirectory.from_config(_config(service))
    earlier = {script.revision for script in scripts.walk_revisions()} - {newest(service)}
    return revision is None or revision in earlier


async def current(tx: AsyncConnection) -> str | None:
    """The revision that the database is at."""
    revision: str | None = await tx.scalar(CURRENT)
    return revision


def _upgrade(service: Service, to: str) -> None:
    engine = sa.create_engine(_owner_url(service.settings), poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(ONE_AT_A_TIME)
        connection.commit()
        config = _config(service)
        config.attributes["connection"] = connection
        config.attributes["application_role"] = sa.make_url(_application_url(service.settings)).username
        command.upgrade(config, to)
        _close_to_others(connection, config.attributes["application_role"])
    engine.dispose()


def _close_to_others(connection: sa.Connection, application_role: str) -> None:
    """PostgreSQL lets every role of the server into every database unless told otherwise."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    database, role = quote(str(connection.engine.url.database)), quote(application_role)
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO {role}")
    connection.exec_driver_sql(f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC")
    connection.commit()


def _config(service: Service) -> Config:
    revisions = Path(__file__).parents[2] / "services" / service.name / "migrations"
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(revisions))
    config.set_main_option("path_separator", "os")
    return config


def _application_url(settings: ServiceSettings) -> str:
    return settings.database_url.get_secret_value()


def _owner_url(settings: ServiceSettings) -> sa.URL:
    secret = settings.owner_database_url
    url = secret.get_secret_value() if secret else _application_url(settings)
    return sa.make_url(url).set(drivername="postgresql+psycopg")
