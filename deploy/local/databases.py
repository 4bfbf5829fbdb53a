"""A database for each service, with an owner that makes the tables and an application role that owns nothing."""

from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql


@dataclass(frozen=True)
class ServiceDatabase:
    """What `<SERVICE>_OWNER_DATABASE_URL` and `<SERVICE>_DATABASE_URL` are set to."""

    owner_url: str
    url: str


async def provide(admin_url: str, name: str, password: str) -> ServiceDatabase:
    """Make the database `name` and its two roles, unless they are there; both get the password."""
    owner = f"{name}_owner"
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        for role in (owner, name):
            await _role(admin, role, password)
        if not await _exists(admin, "SELECT FROM pg_database WHERE datname = %s", name):
            await admin.execute(_sql("CREATE DATABASE {} OWNER {}", name, owner))
    return ServiceDatabase(_url(admin_url, name, owner, password), _url(admin_url, name, name, password))


async def drop(admin_url: str, name: str) -> None:
    """Remove the database with its roles, if they are there."""
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))
        for role in (f"{name}_owner", name):
            await admin.execute(_sql("DROP ROLE IF EXISTS {}", role))


async def _role(admin: psycopg.AsyncConnection, role: str, password: str) -> None:
    verb = "ALTER" if await _exists(admin, "SELECT FROM pg_roles WHERE rolname = %s", role) else "CREATE"
    statement = _sql(f"{verb} ROLE {{}} LOGIN PASSWORD ", role) + sql.Literal(password)
    await admin.execute(statement)


async def _exists(admin: psycopg.AsyncConnection, query: str, name: str) -> bool:
    return (await (await admin.execute(query.encode(), [name])).fetchone()) is not None


def _sql(template: str, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*map(sql.Identifier, names))


def _url(admin_url: str, database: str, role: str, password: str) -> str:
    url = sa.make_url(admin_url).set(drivername="postgresql", database=database, username=role, password=password)
    return url.render_as_string(hide_password=False)
