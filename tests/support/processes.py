"""Services as processes of their own, as in production, so that they can be killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from tests.support.ports import some_free_port

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


class ServiceProcess:
    """`python -m services.<service> <verb>`."""

    def __init__(self, service: str, verb: str, environment: Mapping[str, str], log: Path) -> None:
        self.service, self.verb, self._environment, self.log = service, verb, environment, log
        self.port = some_free_port()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *, through: Sequence[str] = ()) -> None:
        """Start and wait until it is ready; `through` a module, with its arguments, that runs the service's."""
        command = (*through, f"services.{self.service}", self.verb)
        self._process = await self._run(*command, "--host=127.0.0.1", f"--port={self.port}")
        async with asyncio.timeout(PATIENCE_SECONDS), httpx2.AsyncClient() as http:
            while not await self._is_ready(http):  # noqa: ASYNC110 - another process tells us of no event
                await asyncio.sleep(0.05)

    async def run(self, verb: str, *arguments: str) -> None:
        """Another verb of the service, with the same settings, to its end."""
        running = await self._run(f"services.{self.service}", verb, *arguments)
        assert await running.wait() == 0, f"see {self.log}"

    async def _run(self, module: str, *arguments: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                *arguments,
                cwd=PROJECT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )

    @property
    def name(self) -> str:
        return f"{self.service} {self.verb}"

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def send(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)

    async def kill(self) -> None:
        """kill -9: no goodbye, nothing flushed."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int | None:
        """Its exit code; None if it was never started."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int | None:
        if self._process is None:
            return None
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await self._process.wait()

    async def _is_ready(self, http: httpx2.AsyncClient) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise AssertionError(f"{self.service} {self.verb} ended: see {self.log}")
        try:
            return (await http.get(f"http://127.0.0.1:{self.port}/readyz")).status_code == 200
        except httpx2.TransportError:
            return False


@asynccontextmanager
async def running(*processes: ServiceProcess) -> AsyncIterator[None]:
    """All of them, stopped in the end."""
    try:
        await asyncio.gather(*(process.start() for process in processes))
        yield
    finally:
        await asyncio.gather(*(process.stop() for process in processes))
