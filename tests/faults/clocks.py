"""Clocks of processes, which jump: two hours ahead of the time, then two hours behind it, then right again."""

import asyncio
import signal
from collections.abc import Iterator
from functools import partial

from tests.faults import jumping_clock
from tests.faults.fault import Fault
from tests.support.processes import ServiceProcess
from tests.support.stage import Stage

JUMPS = "7200,-7200,0"


def faults(stage: Stage) -> Iterator[Fault]:
    """Not those of the API: where the time is wrong, tokens are too, and nobody gets in."""
    for process in stage.processes.values():
        if process.verb != "api":
            yield Fault("clock jumps", process.name, partial(_jump, process))


async def _jump(process: ServiceProcess, seconds: float) -> None:
    await process.stop()
    await process.start(through=(jumping_clock.__name__, JUMPS))
    for _ in JUMPS.split(",")[1:]:
        await asyncio.sleep(seconds)
        process.send(signal.SIGUSR1)
