import asyncio
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, ClassVar

from deploy.local.errors import LocalError, PortTakenError
from deploy.local.ports import is_free
from deploy.local.processes import PID_FILE, Child, end_leftover, last_line

START_SECONDS = 90
PAUSE_BETWEEN_QUESTIONS = 0.05


class Server(ABC):
    """A child process that can be started, stopped, killed and started again on the same port with the same data."""

    name: ClassVar[str]
    directory: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.folder = home / self.directory
        self.log = self.folder / "server.log"
        self.identity: dict[str, Any] = {}
        self.say = say
        self._child: Child | None = None
        self._failed = asyncio.Event()

    @abstractmethod
    async def prepare(self) -> None:
        """Make what the first start needs; whatever is there already is kept."""

    @abstractmethod
    def command(self) -> list[str | Path]: ...

    @property
    @abstractmethod
    def ports(self) -> Collection[int]:
        """All that it listens on."""

    @abstractmethod
    async def answers(self) -> bool:
        """Whether a real question gets our server's answer; an open port proves nothing, and it may be another's."""

    @classmethod
    def end_leftover(cls, home: Path) -> None:
        """End the server whose launcher was killed."""
        end_leftover(home / cls.directory, cls.stop_signal)

    async def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        await self.prepare()
        self.say(f"{self.name}: starting")
        child = self._child = Child(self.command(), self.log, self.identity)
        (self.folder / PID_FILE).write_text(str(child.pid))
        try:
            await self._until_it_answers(child)
        except BaseException:
            await self.kill()
            raise
        child.ended.add_done_callback(lambda _: self._on_end(child))

    async def _until_it_answers(self, child: Child) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self.answers():
                    if child.ended.done():
                        raise self._did_not_start()
                    await asyncio.wait([child.ended], timeout=PAUSE_BETWEEN_QUESTIONS)
        except TimeoutError:
            raise LocalError(f"{self.name} gave no answer in {START_SECONDS} s: see {self.log}.") from None

    def _did_not_start(self) -> LocalError:
        kind = LocalError if all(map(is_free, self.ports)) else PortTakenError
        return kind(f"{self.name} did not start: {last_line(self.log)} (more in {self.log})")

    def _on_end(self, child: Child) -> None:
        if child is self._child:
            self._failed.set()

    async def failed(self) -> LocalError:
        """Wait until the server ends although nobody here ended it."""
        await self._failed.wait()
        return LocalError(f"{self.name} has ended by itself: {last_line(self.log)} (more in {self.log})")

    async def stop(self) -> None:
        child, self._child = self._child, None
        if child:
            await child.stop(self.stop_signal)

    async def kill(self) -> None:
        """End it as kill -9 or a power cut would."""
        child, self._child = self._child, None
        if child:
            await child.kill()

    async def restart(self) -> None:
        await self.stop()
        await self.start()
