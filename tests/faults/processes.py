"""Processes of the services, killed and paused."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from tests.faults.fault import Fault
from tests.faults.pausing import paused
from tests.support.processes import ServiceProcess
from tests.support.stage import Stage


def faults(stage: Stage) -> Iterator[Fault]:
    processes = [*stage.processes.values()]
    for process in processes:
        yield Fault("kill -9", process.name, partial(_kill, [process]))
    yield Fault("kill -9 at once", "all processes", partial(_kill, processes))
    for process in processes:
        yield Fault("pause", process.name, partial(_pause, process))


async def _kill(processes: Sequence[ServiceProcess], seconds: float) -> None:
    await asyncio.gather(*(process.kill() for process in processes))
    await asyncio.sleep(seconds)
    await asyncio.gather(*(process.start() for process in processes))


async def _pause(process: ServiceProcess, seconds: float) -> None:
    with paused(process.pid):
        await asyncio.sleep(seconds)
