"""Child processes, and what is left of those whose parent was killed."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from deploy.local.errors import LocalError

STOP_SECONDS = 30
PID_FILE = "pid"


class Child:
    """A running program, in a session of its own: Ctrl-C in the terminal is for us, and we end our children in order.

    Not a process of asyncio's, because uvloop's cannot run as another user (`identity`: see subprocess.Popen).
    """

    def __init__(self, command: Sequence[str | Path], log: Path, identity: dict[str, Any]) -> None:
        try:
            self._process = self._start(command, log, identity)
        except OSError as error:
            raise LocalError(f"{command[0]} cannot be run: {error.strerror}.") from None
        self.pid = self._process.pid
        self.ended = asyncio.ensure_future(asyncio.to_thread(self._process.wait))

    @staticmethod
    def _start(command: Sequence[str | Path], log: Path, identity: dict[str, Any]) -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the command is ours and no shell reads it
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                **identity,
            )

    async def stop(self, how: signal.Signals) -> None:
        """Returns when the program is gone: by `how`, or by force if that takes too long or nobody waits any more."""
        try:
            self._process.send_signal(how)
            await asyncio.wait([self.ended], timeout=STOP_SECONDS)
        finally:
            if not self.ended.done():
                await self.kill()

    async def kill(self) -> None:
        """End the program and all below it as a power cut would."""
        if not self.ended.done():
            kill_family(self.pid)
        await asyncio.wait([self.ended])


async def run_program(command: Sequence[str | Path], log: Path, identity: dict[str, Any]) -> None:
    program = Child(command, log, identity)
    try:
        status = await asyncio.shield(program.ended)
    except asyncio.CancelledError:
        await program.kill()
        raise
    if status:
        raise LocalError(f"{Path(command[0]).name} failed: {last_line(log)} (more in {log})")


def last_line(log: Path) -> str:
    """The last thing a program said; indented lines are only the rest of something longer, such as a stack trace."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line and not line[0].isspace()]
    return lines[-1] if lines else "it said nothing"


def end_process(process: psutil.Process, how: signal.Signals) -> None:
    process.send_signal(how)
    _, alive = psutil.wait_procs([process], STOP_SECONDS)
    if alive:
        kill_family(process.pid)


def kill_family(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, STOP_SECONDS)


def end_leftover(folder: Path, how: signal.Signals) -> None:
    """End the server of a killed launcher. Its pid may be another's by now, so its command line must name `folder`."""
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        process = psutil.Process(int((folder / PID_FILE).read_text()))
        if any(str(folder) in word for word in process.cmdline()):
            end_process(process, how)
