"""The version before runs on, with people at work, while the databases are migrated to this one's schema."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
import sqlalchemy as sa

from deploy.local.kafka_server import KafkaServer
from deploy.local.settings import LocalSettings
from deploy.local.state import State
from deploy.routes import SERVICES
from tests.support.one_machine import RENEWAL, home_of_its_own, local, until_it_says
from tests.support.processes import PROJECT
from tests.support.versions import lay_out_version_before

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("the usual ports")]


READ = ("institutions", "memoranda", "transcripts", "decisions", "events")
"""One list of each service."""


@pytest_asyncio.fixture(loop_scope="session")
async def environment() -> AsyncIterator[dict[str, str]]:
    with home_of_its_own("upgraded") as given:
        await format_kafka(LocalSettings(home=Path(given["ACQUIS_HOME"]), jars=Path(given["ACQUIS_JARS"])))
        yield given


async def format_kafka(settings: LocalSettings) -> None:
    """By this version: that before gives the tool an id which, one time in 64, it takes for an option."""
    kafka = KafkaServer(settings, port=1, controller_port=2, say=print)
    kafka.folder.mkdir(parents=True)
    await kafka.prepare()


async def migrate(service: str, state: State) -> None:
    """As the Job of a roll-out does."""
    url = sa.URL.create(
        "postgresql",
        f"acquis_{service}_owner",
        state.password,
        "127.0.0.1",
        state.ports["PostgreSQL"],
        f"acquis_{service}",
    ).render_as_string(hide_password=False)
    environment = {
        "PATH": "",
        f"{service.upper()}_DATABASE_URL": url.replace("_owner:", ":"),
        f"{service.upper()}_OWNER_DATABASE_URL": url,
        f"{service.upper()}_SECRET_KEY": state.secret_key,
    }
    migration = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"services.{service}", "migrate", cwd=PROJECT, env=environment
    )
    assert await migration.wait() == 0


async def read_all_the_time(port: str, said: str) -> None:
    """Somebody reads from each service; `AssertionError` as soon as one does not answer."""
    grant, issuer = RENEWAL.findall(said)[0]
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        token = (await http.post(issuer, content=grant, headers=form)).json()["access_token"]
        while True:
            for resource in READ:
                answer = await http.get(f"/v1/{resource}", headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 200, (resource, answer.text)
            await asyncio.sleep(0.02)


async def tell_again(environment: dict[str, str], log: Path, version: Path) -> str:
    async with local("demo", environment, log, version) as telling:
        return await until_it_says("More:", log, telling)


async def test_the_version_before_goes_on_while_and_after_the_schema_grows(environment: dict[str, str], tmp_path: Path):
    before, log = lay_out_version_before(tmp_path / "before"), tmp_path / "log"
    async with local("run", environment, log, before) as running:
        said = await until_it_says("stays up until Ctrl-C", log, running)
        state = State.load(Path(environment["ACQUIS_HOME"]))
        reading = asyncio.create_task(read_all_the_time(environment["ACQUIS_PORT"], said))
        meanwhile = asyncio.create_task(tell_again(environment, tmp_path / "meanwhile", before))
        for service in SERVICES:
            await migrate(service, state)
        for told in await meanwhile, await tell_again(environment, tmp_path / "afterwards", before):
            assert "counts" in told
            assert "signature verified" in told
        assert not reading.done()
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    assert running.returncode == 0
