"""SIGSTOP and SIGCONT: a machine that hangs and then goes on as if nothing had been."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """The process and all below it; itself first, so that no more come into being."""
    process = psutil.Process(pid)
    process.suspend()
    family = process.children(recursive=True)
    for child in family:
        child.suspend()
    try:
        yield
    finally:
        for each in (*family, process):
            each.resume()
