"""What time does to learners' data: they are erased when nothing asks for them, and move to a new key until then."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
import time_machine
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from services.agreements import upkeep
from services.agreements.app import service
from services.agreements.domain.retention import Periods
from services.agreements.workers import workers
from shared.contracts.agreements import LearningAgreementCancelled
from shared.db import SYSTEM
from shared.service import Running
from shared.vault import Vault
from tests.integration.agreements.conftest import LEARNERS, World, answered, hear, path_of, refused, step
from tests.support.builders.agreement_bodies import learner_body
from tests.support.builders.catalogue import FACTS
from tests.support.learners import ESI, SettingsWithKey
from tests.support.running import api_of, as_owner, running_service, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PERIODS = Periods(after_agreement=5, without_agreement=1)
LONG_AGO = sa.text("UPDATE learners SET registered_at = now() - interval '2 years' WHERE id = :id")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alone(infrastructure: Servers) -> AsyncIterator[Running]:
    """A service whose learners nobody else looks at."""
    async with running_service(service, SettingsWithKey, infrastructure.database_url) as running:
        await hear(running, FACTS)
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def own(alone: Running) -> Running:
    """Without any learners yet."""
    await define(alone, "TRUNCATE learners CASCADE")
    return alone


@pytest_asyncio.fixture(loop_scope="session")
async def own_world(own: Running) -> AsyncIterator[World]:
    async with api_of(own) as http:
        yield World(http)


async def define(running: Running, *statements: str) -> None:
    async with as_owner(running).begin() as tx:
        for statement in statements:
            await tx.exec_driver_sql(statement)


async def aged(running: Running, learner: dict[str, Any]) -> str:
    """As if the learner had been registered two years ago."""
    async with running.database.transaction(SYSTEM) as tx:
        await tx.execute(LONG_AGO, {"id": learner["learner_id"]})
    return str(learner["learner_id"])


async def purged(running: Running, *, dry_run: bool = False) -> list[str]:
    steps = upkeep.purge(running, PERIODS, dry_run=dry_run)
    return [str(learner_id) async for step in steps for learner_id in step.done]


async def is_erased(world: World, learner_id: str) -> bool:
    return bool(answered(await world.home().get(f"{LEARNERS}/{learner_id}"))["erased_at"])


async def test_only_who_is_kept_too_long_is_purged(own_world: World, own: Running):
    old, new = await aged(own, await own_world.registered_learner()), await own_world.registered_learner()
    assert await purged(own, dry_run=True) == [old]
    assert not await is_erased(own_world, old)
    assert await purged(own) == [old]
    assert [fact.DECLARED.type for fact in await said_about(own, old)] == ["acquis.learner.erased.v1"]
    gone = answered(await own_world.home().get(f"{LEARNERS}/{old}"))
    assert (gone["erased_because"], gone["family_name"], gone["retention"]) == ("retention_ended", None, None)
    kept = answered(await own_world.home().get(f"{LEARNERS}/{new['learner_id']}"))
    assert kept["family_name"] == new["family_name"]
    assert kept["retention"]["basis"] == "registration"
    assert await purged(own) == []


async def test_an_agreement_keeps_the_data_for_years_after_its_end(own_world: World, own: Running):
    agreed = await own_world.agreed()
    learner_id = await aged(own, agreed)
    learner = answered(await own_world.home().get(f"{LEARNERS}/{learner_id}"))
    assert learner["retention"] == {"basis": "learning_agreement", "until": "2031-03-27"}
    assert await purged(own, dry_run=True) == []


async def test_who_has_an_agreement_running_is_never_purged(own_world: World, own: Running):
    agreed = await own_world.agreed()
    started = await step(own_world.host(), agreed, "start", {"started_on": "2026-03-02"})
    long_over = sa.text("UPDATE learning_agreements SET completed_on = '2001-03-27'")
    async with own.database.transaction(SYSTEM) as tx:
        await tx.execute(long_over)
    assert await purged(own) == []
    await step(own_world.host(), started, "completion", {"completed_on": "2026-03-27"})
    async with own.database.transaction(SYSTEM) as tx:
        await tx.execute(long_over)
    assert await purged(own) == [agreed["learner_id"]]


async def test_what_nobody_went_on_with_is_cancelled_with_the_purge(own_world: World, own: Running):
    signed = await own_world.home_signed()
    learner_id = await aged(own, signed)
    with time_machine.travel(datetime(2040, 1, 1, tzinfo=UTC), tick=False):
        assert await purged(own) == [learner_id]
    cancelled = answered(await own_world.host().get(path_of(signed)))
    assert (cancelled["state"], cancelled["learner_erased"]) == ("cancelled", True)
    assert isinstance((await said_about(own, signed["learning_agreement_id"]))[-1], LearningAgreementCancelled)


async def test_a_purge_goes_through_everybody_in_batches_and_can_be_taken_up_again(
    own_world: World, own: Running, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    old = {await aged(own, await own_world.registered_learner()) for _ in range(5)}
    steps = upkeep.purge(own, PERIODS)
    first = await anext(steps)
    await steps.aclose()
    assert first.looked_at == 2
    rest = await purged(own)
    assert {*map(str, first.done), *rest} == old
    assert len(rest) == 3


async def test_one_who_cannot_be_purged_keeps_nobody_else(own_world: World, own: Running):
    stubborn, old = [await aged(own, await own_world.registered_learner()) for _ in range(2)]
    for_stubborn = f"FOR EACH ROW WHEN (OLD.id = '{stubborn}') EXECUTE FUNCTION refuse()"
    await define(
        own,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$",
        f"CREATE TRIGGER refuse BEFORE UPDATE ON learners {for_stubborn}",
    )
    with capture_logs() as logged:
        assert await purged(own) == [old]
    await define(own, "DROP FUNCTION refuse CASCADE")
    assert [(entry["event"], entry["learner_id"]) for entry in logged] == [("learner not purged", stubborn)]


async def test_a_new_key_takes_over_from_the_old_one(own_world: World, own: Running):
    body = learner_body(esi=f"{ESI}1", national_id="12345M")
    registered = answered(await own_world.home().post(LEARNERS, body), 201)
    old = own.settings.model_dump()["secret_key"].get_secret_value()
    new = Fernet.generate_key().decode()
    both = SettingsWithKey.model_validate({**own.settings.model_dump(), "secret_key": f"{new},{old}"})
    during = Running(service(both))
    async with api_of(during) as http:
        refused(await World(http).home().post(LEARNERS, body), "duplicate-learner")
    assert [len(one.done) async for one in upkeep.reseal(during, both.vault)] == [1]
    assert [one async for one in upkeep.reseal(during, both.vault)] == []
    await during.close()
    after = Running(service(SettingsWithKey.model_validate({**own.settings.model_dump(), "secret_key": new})))
    async with api_of(after) as http:
        assert answered(await World(http).home().get(f"{LEARNERS}/{registered['learner_id']}")) == registered
        refused(await World(http).home().post(LEARNERS, body), "duplicate-learner")
    await after.close()


async def test_who_was_registered_before_there_were_keys_gets_recognised_too(own_world: World, own: Running):
    body = learner_body()
    learner = answered(await own_world.home().post(LEARNERS, body), 201)
    before = sa.text("UPDATE learners SET sealed_with = '', fingerprints = '{}'")
    async with own.database.transaction(SYSTEM) as tx:
        await tx.execute(before)
    settings = own.settings
    assert isinstance(settings, SettingsWithKey)
    for worker in workers(settings):
        await worker.run(own)
    response = await own_world.home().post(LEARNERS, body)
    refused(response, "duplicate-learner")
    assert response.json()["learner_ids"] == [learner["learner_id"]]


async def test_what_no_key_opens_is_said_and_left_as_it_is(own_world: World, own: Running):
    answered(await own_world.home().post(LEARNERS, learner_body(national_id="12345M")), 201)
    with capture_logs() as logged:
        steps = [one async for one in upkeep.reseal(own, Vault(Fernet.generate_key().decode()))]
    assert [(one.looked_at, list(one.done)) for one in steps] == [(1, [])]
    assert [entry["log_level"] for entry in logged] == ["error"]


def run(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = running.settings.model_dump()
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "services.agreements", *arguments],
        cwd=Path(__file__).parents[3],
        env={
            "PATH": "",
            "AGREEMENTS_DATABASE_URL": settings["database_url"].get_secret_value(),
            "AGREEMENTS_SECRET_KEY": settings["secret_key"].get_secret_value(),
        },
        capture_output=True,
        text=True,
        check=False,
    )


async def test_an_operator_sees_first_whom_a_purge_would_erase(own_world: World, own: Running):
    old = await aged(own, await own_world.registered_learner())
    await own_world.registered_learner()
    both = (("purge", "--dry-run"), ("reseal",))
    dry, resealed = await asyncio.gather(*(asyncio.to_thread(run, own, *arguments) for arguments in both))
    assert resealed.stdout.splitlines() == ["0 learners encrypted anew"]
    assert dry.stdout.splitlines() == [old, "1 of 2 learners would be erased"]
    assert "2 looked at, 1 done" in dry.stderr
    assert not await is_erased(own_world, old)
    assert run(own, "purge").stdout.splitlines() == [old, "1 of 2 learners were erased"]
    assert await is_erased(own_world, old)
