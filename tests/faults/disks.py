"""Disks of broker and database that are full. Small ones are mounted for them, which takes an administrator."""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psutil
import psycopg

from deploy.local.demo.client import until
from deploy.local.kafka_server import KafkaServer
from deploy.local.launcher import SERVERS
from deploy.local.server import Server
from tests.faults.fault import Fault
from tests.faults.servers import pid_of
from tests.support.stage import Stage

MEGABYTE = 1_048_576
SIZE = 768 * MEGABYTE
LITTLE_WAL = "ALTER SYSTEM SET max_wal_size = '128MB'"
IMPOSSIBLE = "only an administrator who may mount a file system can fill a disk of its own"
Disks = Mapping[str, "SmallDisk"]
"""By the name of the server whose data are on it."""


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self._folder, self._filling = folder, folder / "filling"

    def fill(self) -> None:
        """To the last byte."""
        block = MEGABYTE
        with self._filling.open("wb", buffering=0) as filling:
            while block:
                try:
                    filling.write(bytes(block))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    block //= 2

    def free(self) -> None:
        self._filling.unlink()


@contextmanager
def small_disks(home: Path) -> Iterator[Disks]:
    """One for each server that will have its data in this home; none where that is not allowed."""
    with ExitStack() as mounted:
        disks = {}
        for server in SERVERS:
            folder = home / server.directory
            folder.mkdir(parents=True, exist_ok=True)
            if not _mount(folder):
                break
            mounted.callback(_call, "umount", str(folder))
            disks[server.name] = SmallDisk(folder)
        yield disks


async def prepare(stage: Stage) -> None:
    """What PostgreSQL writes ahead must find room on a small disk."""
    async with await psycopg.AsyncConnection.connect(stage.servers.database_url, autocommit=True) as administrator:
        await administrator.execute(LITTLE_WAL)
        await administrator.execute("SELECT pg_reload_conf()")


def faults(stage: Stage, disks: Disks) -> Iterator[Fault]:
    for server in stage.servers.own:
        if disk := disks.get(server.name):
            yield Fault("disk full", server.name, partial(_fill, server, disk))
        else:
            yield Fault("disk full", server.name, asyncio.sleep, IMPOSSIBLE)


async def _fill(server: Server, disk: SmallDisk, seconds: float) -> None:
    await asyncio.to_thread(disk.fill)
    try:
        await asyncio.sleep(seconds)
    finally:
        disk.free()
    if isinstance(server, KafkaServer):
        await server.restart()  # a broker gives up a disk that it could not write to
        return
    await until(partial(_answers_or_has_ended, server))
    if not psutil.pid_exists(pid_of(server)):
        await server.start()


async def _answers_or_has_ended(server: Server) -> bool:
    return not psutil.pid_exists(pid_of(server)) or await server.answers()


def _mount(folder: Path) -> bool:
    options = f"size={SIZE},mode=0711"
    return os.geteuid() == 0 and _call("mount", "-t", "tmpfs", "-o", options, "acquis", str(folder))


def _call(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words
