"""One service's database goes back to a backup while the others go on: replay brings all to one truth, counted."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from deploy.local.demo.client import until
from deploy.local.demo.story import Story
from shared import clock
from tests.support.backups import dump, go_on_after, restore
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

RECOGNISED = "acquis.credit.recognised.v1"
OVERLAP = timedelta(minutes=5)
"""So far back of the backup begins what is heard again: what had been said before it, and was not heard yet."""
LEARNERS = 2
TRUTH = {
    "credits": (
        "recognition",
        "SELECT credit_id, unit_id, points, state FROM credits WHERE learner_id = ANY (:learners) ORDER BY 1",
    ),
    "units in progress": (
        "recognition",
        "SELECT credit_id, version FROM units_in_progress WHERE learner_id = ANY (:learners) ORDER BY 1",
    ),
    "ledger": (
        "recognition",
        "SELECT position, credit_id, points FROM ledger_entries WHERE learner_id = ANY (:learners) ORDER BY 2, 1",
    ),
    "agreements": (
        "agreements",
        "SELECT id, state, version FROM learning_agreements WHERE learner_id = ANY (:learners) ORDER BY 1",
    ),
    "credit said": (
        "notifications",
        "SELECT event_id FROM feed WHERE type LIKE 'acquis.credit.%' AND key = ANY (:keys) ORDER BY 1",
    ),
}


async def play(stage: Stage) -> Story:
    story = await stage.story()
    for step in story.steps_left():
        await step.play()
    await story.record()
    return story


async def truth(stage: Stage, learners: list[Any]) -> dict[str, list[Any]]:
    keys = [str(learner) for learner in learners]
    return {
        name: await stage.rows(service, query, learners=learners, keys=keys) for name, (service, query) in TRUTH.items()
    }


async def delivered(stage: Stage, learners: list[Any]) -> list[bytes] | None:
    """The webhooks about recognised credit, once there is one for each learner."""
    bodies = [body for learner in learners for body in set(stage.events_received(RECOGNISED, learner))]
    return bodies if len(bodies) >= len(learners) else None


async def go_back(stage: Stage, service: str, file: Path, since: datetime) -> None:
    """As docs/operations/backup-and-restore.md has it; what happened before the backup is heard again as well."""
    settings = stage.services.services[service].settings
    database = sa.make_url(settings.database_url.get_secret_value()).database
    assert database
    own = [process for process in stage.processes.values() if process.service == service]
    await asyncio.gather(*(process.stop() for process in own))
    await restore(stage.servers.database_url, database, file)
    if service == "notifications":
        await go_on_after(stage.servers.database_url, database, "feed", "position")
    [consumer] = [process for process in own if process.verb == "consume"]
    await consumer.run("replay", f"--since={since:%Y-%m-%dT%H:%M:%S}")
    await asyncio.gather(*(process.start() for process in own))


@pytest.mark.parametrize("service", ["recognition", "notifications"])
async def test_replay_brings_a_restored_service_to_the_truth_of_the_others(stage: Stage, service: str, tmp_path: Path):
    before = [await play(stage)]
    settings = stage.services.services[service].settings
    database = str(sa.make_url(settings.database_url.get_secret_value()).database)
    begun = clock.now()
    await dump(stage.servers.database_url, database, tmp_path / "backup")
    stories = [*before, *[await play(stage) for _ in range(LEARNERS)]]
    learners = [story.told.learner_id for story in stories]
    await until(lambda: delivered(stage, learners))
    true = await truth(stage, learners)
    assert len(true["credits"]) == len(learners)

    [feed] = await stage.rows("notifications", "SELECT max(position) AS head FROM feed")
    restored = clock.now()
    await go_back(stage, service, tmp_path / "backup", begun - OVERLAP)

    async def the_same() -> bool:
        return await truth(stage, learners) == true

    await until(the_same)
    after = await play(stage)
    assert (await after.record())["credits"]
    assert await truth(stage, learners) == true
    assert len(await delivered(stage, learners) or ()) == len(learners)
    assert await stage.dead_letters() == {}
    behind_readers = "SELECT position FROM feed WHERE position <= :head AND taken_at > :restored"
    assert await stage.rows("notifications", behind_readers, head=feed.head, restored=restored) == []
