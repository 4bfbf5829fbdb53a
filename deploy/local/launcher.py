"""One launcher a home: the lock that it holds, what a killed one left running, and the end of everything."""

import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

from deploy.local.errors import LocalError
from deploy.local.kafka_server import KafkaServer
from deploy.local.postgres_server import PostgresServer
from deploy.local.processes import end_process

LOCK = "launcher.lock"
SERVERS = (PostgresServer, KafkaServer)
MADE_HERE = (
    *(server.directory for server in SERVERS),
    "jars",
    "state.json",
    "story.json",
    "development-issuer.json",
    "acquis.log",
    LOCK,
)


@contextlib.contextmanager
def only_launcher(home: Path) -> Iterator[None]:
    """Hold `home` alone. The lock is the kernel's, so it goes with its holder, however that ends."""
    with open_lock(home) as lock:
        if not is_taken(lock):
            raise LocalError(f"Acquis already runs in {home} (process {holder(home)}): end that one first.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def open_lock(home: Path) -> IO[str]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        return (home / LOCK).open("a+")
    except OSError as error:
        raise LocalError(f"{home} cannot be used ({error.strerror}): set ACQUIS_HOME to a folder of yours.") from None


def is_taken(lock: IO[str]) -> bool:
    """Whether the lock is now ours."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder(home: Path) -> int:
    return int((home / LOCK).read_text())


def end_leftovers(home: Path) -> None:
    for server in SERVERS:
        server.end_leftover(home)


def remove(home: Path) -> None:
    """End the launcher that runs in `home` and delete all that was made there, the homes of the tests inside it too."""
    for inner in home.glob(f"*/{LOCK}"):
        remove(inner.parent)
    if not any((home / mark).exists() for mark in (LOCK, "state.json")):
        return
    with open_lock(home) as lock:
        if not is_taken(lock):
            with contextlib.suppress(psutil.NoSuchProcess):
                end_process(psutil.Process(holder(home)), signal.SIGTERM)
        end_leftovers(home)
        for name in MADE_HERE:
            delete(home / name)
    with contextlib.suppress(OSError):  # what was not made here stays, and its folder with it
        home.rmdir()


def delete(made: Path) -> None:
    if made.is_dir():
        shutil.rmtree(made)
    else:
        made.unlink(missing_ok=True)
