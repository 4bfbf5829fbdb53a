"""Services as processes of their own, as in production, so that they can be killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from deploy.local.ports import first_free_port

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


class ServiceProcess:
    """`python -m services.<service> <verb>`."""

    def __init__(self, service: str, verb: str, environment: Mapping[str, str], log: Path) -> None:
        self.service, self.verb, self._environment, self.log = service, verb, environment, log
        self.port = first_free_port(31_000 + hash((service, verb)) % 900)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"services.{self.service}",
                self.verb,
                "--host=127.0.0.1",
                f"--port={self.port}",
                cwd=PROJECT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_SECONDS), httpx2.AsyncClient() as http:
            while not await self._is_ready(http):  # noqa: ASYNC110 - another process tells us of no event
                await asyncio.sleep(0.05)

    async def run(self, verb: str, *arguments: str) -> None:
        """Another verb of the service, with the same settings, to its end."""
        with self.log.open("ab") as log:
            running = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"services.{self.service}",
                verb,
                *arguments,
                cwd=PROJECT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        assert await running.wait() == 0, f"see {self.log}"

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
