from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.local.errors import LocalError
from deploy.local.kafka_jars import fetch_jars, pinned_jars

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Repository(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that has seen enough hangs up; that is no error."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.fixture
def url(repository: Path) -> Iterator[str]:
    with Repository(("127.0.0.1", 0), partial(Files, directory=repository)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def files(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


async def test_a_tampered_jar_is_refused_and_leaves_nothing(repository: Path, url: str, tmp_path: Path) -> None:
    for jar in pinned_jars():
        (repository / jar.path).parent.mkdir(parents=True)
        (repository / jar.path).write_bytes(b"something else")
    with pytest.raises(LocalError, match=r"has not the sha256 that kafka.lock names"):
        await fetch_jars(tmp_path / "jars", url, print)
    assert files(tmp_path / "jars") == []


async def test_a_repository_without_the_jars_is_one_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=rf"could not be fetched from {url}.*404.*set ACQUIS_MAVEN_URL"):
        await fetch_jars(tmp_path / "jars", url, print)


async def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"could not be fetched from http://127\.0\.0\.1:1 .*check the network"):
        await fetch_jars(tmp_path / "jars", "http://127.0.0.1:1", print)
