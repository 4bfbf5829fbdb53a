"""The jars of Apache Kafka, pinned by their hashes in kafka.lock, fetched once from a Maven repository."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import stamina

from deploy.local.errors import LocalError
from deploy.local.together import together

LOCK = Path(__file__).with_name("kafka.lock")
DOWNLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class Jar:
    """One line of kafka.lock: `group:artifact:version sha256`."""

    group: str
    artifact: str
    version: str
    sha256: str

    @classmethod
    def parse(cls, line: str) -> "Jar":
        coordinates, sha256 = line.split()
        group, artifact, version = coordinates.split(":")
        return cls(group, artifact, version, sha256)

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version} {self.sha256}"

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


def pinned_jars() -> list[Jar]:
    return [Jar.parse(line) for line in LOCK.read_text().splitlines()]


def keep(jar: Jar, content: bytes, folder: Path) -> None:
    """Write a jar whose hash is the pinned one; no file of that name ever holds anything less than all of it."""
    if hashlib.sha256(content).hexdigest() != jar.sha256:
        raise LocalError(f"{jar.file_name} has not the sha256 that {LOCK.name} names: it was not used.")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{jar.file_name}.{os.getpid()}.part"  # homes may share the folder
    unfinished.write_bytes(content)
    unfinished.replace(folder / jar.file_name)


async def download(jar: Jar, client: httpx2.AsyncClient) -> bytes:
    try:
        async for attempt in stamina.retry_context(on=httpx2.TransportError, attempts=3):
            with attempt:
                response = await client.get(jar.path)
        return response.raise_for_status().content
    except httpx2.HTTPError as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise LocalError(
            f"{jar.file_name} could not be fetched from {client.base_url} ({reason}): "
            "check the network, or set ACQUIS_MAVEN_URL to a Maven repository that this machine reaches."
        ) from None


async def fetch_jars(folder: Path, maven_url: str, say: Callable[[str], None]) -> list[Path]:
    """The class path of Kafka. What is already in `folder` is not fetched again."""
    jars = pinned_jars()
    missing = [jar for jar in jars if not (folder / jar.file_name).exists()]
    turn, done = asyncio.Semaphore(DOWNLOADS_AT_ONCE), len(jars) - len(missing)

    async def fetch(jar: Jar, client: httpx2.AsyncClient) -> None:
        nonlocal done
        async with turn:
            keep(jar, await download(jar, client), folder)
        done += 1
        say(f"Kafka: downloading jars {done}/{len(jars)}")

    if missing:
        async with httpx2.AsyncClient(base_url=maven_url, timeout=60) as client:
            await together(*(fetch(jar, client) for jar in missing))
    return [folder / jar.file_name for jar in jars]
