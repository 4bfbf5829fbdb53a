"""Broker and database, stopped, killed and paused."""

import asyncio
from collections.abc import Iterator
from functools import partial

from deploy.local.processes import PID_FILE
from deploy.local.server import Server
from tests.faults.fault import Fault
from tests.faults.pausing import paused
from tests.support.stage import Stage


def faults(stage: Stage) -> Iterator[Fault]:
    for server in stage.servers.own:
        yield Fault("stop of a server", server.name, partial(_stop, server))
        yield Fault("kill -9 of a server", server.name, partial(_kill, server))
        yield Fault("pause of a server", server.name, partial(_pause, server))


def pid_of(server: Server) -> int:
    return int((server.folder / PID_FILE).read_text())


async def _stop(server: Server, seconds: float) -> None:
    await server.stop()
    await asyncio.sleep(seconds)
    await server.start()


async def _kill(server: Server, seconds: float) -> None:
    await server.kill()
    await asyncio.sleep(seconds)
    await server.start()


async def _pause(server: Server, seconds: float) -> None:
    with paused(pid_of(server)):
        await asyncio.sleep(seconds)
