"""The processes of a chain: started, watched, and what they cost."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from deploy.local.errors import LocalError

PROJECT = Path(__file__).parents[2]
Process = asyncio.subprocess.Process


class Chain:
    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = [psutil.Process(process.pid) for process in processes]

    def cpu_seconds(self) -> float:
        """User and system, of all its processes so far."""
        return sum(times.user + times.system for times in (process.cpu_times() for process in self._processes))

    def memory(self) -> int:
        """Bytes that all its processes hold."""
        return sum(process.memory_info().rss for process in self._processes)


@asynccontextmanager
async def started(module: str, parts: Sequence[str], environment: Mapping[str, str], log: Path) -> AsyncIterator[Chain]:
    """`python -m <module> <part>` for each part; should one end by itself, LocalError is raised into the body."""
    processes = [await _start(module, part, environment, log) for part in parts]
    try:
        async with asyncio.TaskGroup() as watching:
            watches = [watching.create_task(_watch(process, log)) for process in processes]
            yield Chain(processes)
            for watch in watches:
                watch.cancel()
    except* LocalError as errors:
        raise errors.exceptions[0] from None
    finally:
        await asyncio.gather(*(_end(process) for process in processes))


async def _start(module: str, part: str, environment: Mapping[str, str], log: Path) -> Process:
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, part,
            cwd=PROJECT, env=os.environ | environment, stdout=output, stderr=output,
        )  # fmt: skip


async def _watch(process: Process, log: Path) -> None:
    await process.wait()
    raise LocalError(f"A process of the chain ended by itself: see {log}.")


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await process.wait()
