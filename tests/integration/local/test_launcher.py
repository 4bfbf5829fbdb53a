"""The command itself, as a person in a terminal meets it: `python -m deploy.local.servers`."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process

import psutil
import pytest

from deploy.local.kafka_server import kafka_answers
from deploy.local.launcher import remove
from deploy.local.postgres_server import postgres_answers
from deploy.local.settings import PROJECT, LocalSettings

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.xdist_group("the usual ports")]


@pytest.fixture(autouse=True)
def environment(settings: LocalSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings:
        if value is None:
            monkeypatch.delenv(f"ACQUIS_{name.upper()}", raising=False)
        else:
            monkeypatch.setenv(f"ACQUIS_{name.upper()}", str(value))


async def launch() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.local.servers", cwd=PROJECT, stdout=PIPE, stderr=PIPE
    )


async def addresses(launcher: Process) -> dict[str, str]:
    assert launcher.stdout
    lines = [(await launcher.stdout.readline()).decode().strip() for _ in range(2)]
    return dict(line.split("=", 1) for line in lines)


def processes_in(settings: LocalSettings) -> list[psutil.Process]:
    """Those whose command line names the home: both servers, and nothing else."""
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if any(f"{settings.home}/" in word for word in process.info["cmdline"] or [])]


async def test_after_kill_9_of_the_launcher_the_next_one_ends_the_leftovers_and_has_the_same_addresses(
    settings: LocalSettings,
) -> None:
    killed = await launch()
    first = await addresses(killed)
    leftovers = processes_in(settings)
    assert leftovers
    killed.kill()
    await killed.communicate()
    assert all(process.is_running() for process in leftovers)

    launcher = await launch()
    assert await addresses(launcher) == first
    assert await postgres_answers(first["ACQUIS_DATABASE_URL"])
    assert await kafka_answers(first["ACQUIS_KAFKA_BOOTSTRAP"])
    assert not any(process.is_running() for process in leftovers)

    launcher.send_signal(signal.SIGINT)
    _, said = await launcher.communicate()
    assert (launcher.returncode, b"Traceback" in said) == (0, False)
    assert processes_in(settings) == []


async def test_sigterm_before_the_servers_answer_ends_them_too(settings: LocalSettings) -> None:
    launcher = await launch()
    assert launcher.stderr
    while b"Kafka: starting" not in (line := await launcher.stderr.readline()):
        assert line
    launcher.send_signal(signal.SIGTERM)
    printed, said = await launcher.communicate()
    assert (launcher.returncode, printed, b"Traceback" in said) == (0, b"", False)
    assert processes_in(settings) == []


async def test_remove_ends_a_running_launcher_and_leaves_nothing(settings: LocalSettings) -> None:
    launcher = await launch()
    await addresses(launcher)
    await asyncio.to_thread(remove, settings.home)
    _, said = await launcher.communicate()
    assert b"Traceback" not in said
    assert processes_in(settings) == []
    assert not settings.home.exists()
