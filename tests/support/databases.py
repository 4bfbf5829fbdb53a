"""Databases of a test session's own: made under a name of their own, dropped at its end."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql


@dataclass(frozen=True)
class ThrowawayDatabase:
    """`owner_url` makes the tables; `url` is of a role that owns nothing and may only do what it is granted."""

    owner_url: str
    url: str
    role: str


@asynccontextmanager
async def throwaway_database(admin_url: str) -> AsyncIterator[ThrowawayDatabase]:
    """A new database, and a new role that may connect to it and do what it will be granted."""
    name, password = f"test_{secrets.token_hex(6)}", secrets.token_hex(12)
    admin = sa.make_url(admin_url)
    owner = admin.set(database=name)
    await _run(admin, "CREATE DATABASE {name}", name)
    await _run(admin, f"CREATE ROLE {{name}} LOGIN PASSWORD '{password}'", name)
    try:
        yield ThrowawayDatabase(_text(owner), _text(owner.set(username=name, password=password)), name)
    finally:
        await _run(admin, "DROP DATABASE {name} WITH (FORCE)", name)
        await _run(admin, "DROP ROLE {name}", name)


async def _run(url: sa.URL, statement: str, name: str) -> None:
    async with await psycopg.AsyncConnection.connect(_text(url), autocommit=True) as connection:
        await connection.execute(sql.SQL(statement).format(name=sql.Identifier(name)))


def _text(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
