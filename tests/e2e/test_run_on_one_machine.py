"""`make run`, `make demo` and `make down`, as the newcomer types them."""

import asyncio
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.local.demo.mobility import FAMILY_NAME
from deploy.local.state import State
from tests.support.one_machine import PATIENCE_SECONDS, RENEWAL, home_of_its_own, local, until_it_says

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("the usual ports")]

PERSONAL = ("Ġanni", FAMILY_NAME, "2006-04-01")
SECRETS = ("eyJ", "whsec_")
"""How access tokens begin, and secrets of webhooks."""
CURL = re.compile(r"^T(\d)='(.+)'\ncurl .* (http\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with home_of_its_own("newcomer") as given:
        yield given


async def test_the_newcomer_sees_the_story_stops_it_and_finds_it_again(environment: dict[str, str], tmp_path: Path):
    begun = time.monotonic()
    first, second, again = tmp_path / "first", tmp_path / "second", tmp_path / "again"
    async with local("run", environment, first) as process:
        said = await until_it_says("stays up until Ctrl-C", first, process)
        took = time.monotonic() - begun
        await the_story_is_there(said)
        async with local("demo", environment, again) as telling:
            await until_it_says("More:", again, telling)
        assert "Malta registers a learner" in again.read_text()
        assert "publish qualifications" not in again.read_text()
    assert process.returncode == 0
    begun = time.monotonic()
    async with local("run", environment, second) as process:
        said = await until_it_says("stays up until Ctrl-C", second, process)
        assert time.monotonic() - begun < took
    assert "✓" not in said  # nothing was told again
    assert "U3 Deployment" in said
    the_log_names_nobody_and_gives_no_secret_away(Path(environment["ACQUIS_HOME"]))


async def the_story_is_there(said: str) -> None:
    """Credit, reasons, signature, trace; and each command to copy works as it says."""
    assert re.search(r"U3 Deployment .* 30.0 .* automatic .* counts", said)
    assert re.search(r"U2 Problem handling .* in progress, needs U2\.RA", said)
    assert "signature verified" in said
    trace = said[said.index("One trace") :]
    hops = ("confirmation", "handle acquis.transcript.issued.v1", "handle acquis.credit.recognised.v1", "deliver")
    assert sorted(hops, key=trace.index) == list(hops)
    commands = CURL.findall(said)
    assert len(commands) == 9
    async with httpx2.AsyncClient() as http:
        for number, token, url in commands:
            answer = await http.get(url, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == (404 if number == "9" else 200), (url, answer.text)
        grant, issuer = RENEWAL.findall(said)[0]
        renewed = await http.post(issuer, content=grant, headers={"Content-Type": "application/x-www-form-urlencoded"})
        again = await http.get(commands[0][2], headers={"Authorization": f"Bearer {renewed.json()['access_token']}"})
        assert again.status_code == 200


def the_log_names_nobody_and_gives_no_secret_away(home: Path) -> None:
    """What all services logged while two learners' stories were told."""
    logged = (home / "acquis.log").read_text()
    assert {"migrated"} <= {json.loads(line)["event"] for line in logged.splitlines()}
    state = State.load(home)
    for private in (*PERSONAL, *SECRETS, state.password, state.secret_key):
        assert private not in logged
        assert json.dumps(private).strip('"') not in logged


async def test_a_taken_port_is_one_clear_sentence(environment: dict[str, str], tmp_path: Path):
    with socket.create_server(("127.0.0.1", int(environment["ACQUIS_PORT"]))):
        async with local("run", environment, tmp_path / "log") as process:
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 1
    said = (tmp_path / "log").read_text()
    assert f"Port {environment['ACQUIS_PORT']}, wanted for Acquis, is taken by another program." in said
    assert "Traceback" not in said


async def test_down_removes_everything(environment: dict[str, str], tmp_path: Path):
    async with local("down", environment, tmp_path / "log") as process:
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
    assert not os.path.lexists(environment["ACQUIS_HOME"])  # noqa: ASYNC240 - one look, in a test
