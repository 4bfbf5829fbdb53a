"""Connections to the database, ended by an administrator."""

import asyncio
import time
from collections.abc import Iterator
from functools import partial

import psycopg
import sqlalchemy as sa

from tests.faults.fault import Fault
from tests.support.stage import Stage

PAUSE_SECONDS = 0.25
OUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = ANY (%s)
"""


def faults(stage: Stage) -> Iterator[Fault]:
    databases = {
        name: str(sa.make_url(running.settings.database_url.get_secret_value()).database)
        for name, running in stage.services.services.items()
    }
    for service in {process.service: None for process in stage.processes.values()}:
        yield Fault("connections ended", service, partial(_end, stage, [databases[service]]))
    yield Fault("connections ended", "all services", partial(_end, stage, [*databases.values()]))


async def _end(stage: Stage, databases: list[str], seconds: float) -> None:
    """Again and again, the new ones too."""
    until = time.monotonic() + seconds
    async with await psycopg.AsyncConnection.connect(stage.servers.database_url, autocommit=True) as administrator:
        while time.monotonic() < until:
            await administrator.execute(OUT, [databases])
            await asyncio.sleep(PAUSE_SECONDS)
