"""`python -m deploy.local`, as a person types it, in a home and on ports of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from deploy.local.launcher import remove
from deploy.local.settings import LocalSettings
from tests.support.ports import some_free_port
from tests.support.processes import PROJECT

PATIENCE_SECONDS = 120
RENEWAL = re.compile(r"^curl -s -d '(\S+)' (\S+/token)$", re.MULTILINE)
"""How the launcher tells a person to get a token: the form, and where to."""


@contextmanager
def home_of_its_own(name: str) -> Iterator[dict[str, str]]:
    """The environment of a newcomer: embedded servers whatever the environment says."""
    everyday = LocalSettings()
    settings = everyday.apart(name)
    remove(settings.home)
    given = {name: value for name, value in os.environ.items() if not name.startswith("ACQUIS_")}
    yield given | {
        "ACQUIS_HOME": str(settings.home),
        "ACQUIS_JARS": str(settings.jars),
        "ACQUIS_PORT": str(some_free_port()),
        "COLUMNS": "200",
    }
    remove(settings.home)


@asynccontextmanager
async def local(
    verb: str, environment: dict[str, str], log: Path, project: Path = PROJECT
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.local", verb, cwd=project, env=environment, stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


async def until_it_says(words: str, log: Path, process: asyncio.subprocess.Process) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in (said := log.read_text()):  # noqa: ASYNC240 - a few kilobytes, in a test
            assert process.returncode is None, said
            await asyncio.sleep(0.05)
    return said
