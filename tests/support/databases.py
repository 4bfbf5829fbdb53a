"""Databases of a test session's own: made under a name of their own, dropped at its end."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.local import databases


@dataclass(frozen=True)
class ThrowawayDatabase:
    """`owner_url` makes the tables and is no superuser; `url` is of a role that may only do what it is granted."""

    owner_url: str
    url: str
    role: str


@asynccontextmanager
async def throwaway_database(admin_url: str) -> AsyncIterator[ThrowawayDatabase]:
    """A new database with its two roles, as `make run` makes those of the services."""
    name = f"test_{secrets.token_hex(6)}"
    made = await databases.provide(admin_url, name, secrets.token_hex(12))
    try:
        yield ThrowawayDatabase(made.owner_url, made.url, name)
    finally:
        await databases.drop(admin_url, name)
