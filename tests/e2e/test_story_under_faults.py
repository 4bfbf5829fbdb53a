"""The main job while things break: nothing lost, nothing twice, each time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from deploy.local.demo.client import until
from deploy.local.demo.story import Story
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

RECOGNISED = "acquis.credit.recognised.v1"
Fault = Callable[[], Awaitable[None]]


async def no_fault() -> None:
    """Nothing happens."""


async def play(story: Story, *, between: Fault = no_fault) -> Story:
    for step in story.steps_left():
        await asyncio.gather(step.play(), between())
    return story


async def expect_exactly_once(stage: Stage, *stories: Story) -> None:
    """For each learner: one unit counts, one is in progress, the chain holds, and the webhook came with one id."""
    for story in stories:
        record = await story.record()
        learner = story.told.learner_id
        assert [credit["mode"] for credit in record["credits"]] == ["automatic"]
        assert [len(begun["needed_outcome_ids"]) for begun in record["in_progress"]] == [1]
        assert record["reviews"] == []
        ledger = await stage.rows(
            "recognition", "SELECT position FROM ledger_entries WHERE learner_id = :learner", learner=learner
        )
        assert [row.position for row in ledger] == [1]
        bodies = await until(partial(_received, stage, learner))
        assert len(set(bodies)) == 1
    assert await stage.dead_letters() == {}


async def _received(stage: Stage, learner: object) -> list[bytes]:
    return stage.events_received(RECOGNISED, learner)


async def test_a_transcript_becomes_credit_and_a_webhook_by_itself(stage: Stage):
    await expect_exactly_once(stage, await play(await stage.story()))


async def test_kill_9_of_consumer_relay_or_worker_between_any_two_steps(stage: Stage):
    story = await stage.story()
    victims = [*stage.processes.values()]

    async def kill_and_start() -> None:
        victim = victims.pop(0)
        victims.append(victim)
        await victim.kill()
        await victim.start()

    await expect_exactly_once(stage, await play(story, between=kill_and_start))


@pytest.mark.parametrize("victim", ["assessment relay", "recognition consume", "recognition relay"])
async def test_kill_9_in_the_middle_of_many_transcripts(stage: Stage, victim: str):
    stories = [await stage.story() for _ in range(8)]
    telling = asyncio.gather(*(play(story) for story in stories))
    for _ in range(3):
        await stage.processes[victim].kill()
        await stage.processes[victim].start()
    await telling
    await expect_exactly_once(stage, *stories)


async def test_the_broker_is_restarted_in_the_middle_of_the_story(stage: Stage):
    assert stage.servers.kafka is not None
    await expect_exactly_once(stage, await play(await stage.story(), between=once(stage.servers.kafka.restart)))


async def test_the_broker_is_killed_in_the_middle_of_the_story(stage: Stage):
    kafka = stage.servers.kafka
    assert kafka is not None

    async def kill_and_start() -> None:
        await kafka.kill()
        await kafka.start()

    await expect_exactly_once(stage, await play(await stage.story(), between=once(kill_and_start)))


async def test_the_database_is_restarted_in_the_middle_of_the_story(stage: Stage):
    assert stage.servers.postgres is not None
    await expect_exactly_once(stage, await play(await stage.story(), between=once(stage.servers.postgres.restart)))


async def test_the_database_is_killed_in_the_middle_of_the_story(stage: Stage):
    postgres = stage.servers.postgres
    assert postgres is not None

    async def kill_and_start() -> None:
        await postgres.kill()
        await postgres.start()

    await expect_exactly_once(stage, await play(await stage.story(), between=once(kill_and_start)))


def once(fault: Fault) -> Fault:
    """The fault while the third of the learner's steps is played, and no other."""
    steps = iter(range(100))

    async def maybe() -> None:
        if next(steps) == 2:
            await fault()

    return maybe
