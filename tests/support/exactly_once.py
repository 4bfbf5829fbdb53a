"""A story to its end, and what must be true of it exactly once."""

from functools import partial

from deploy.local.demo.client import until
from deploy.local.demo.story import Story
from tests.support.stage import Stage

RECOGNISED = "acquis.credit.recognised.v1"


async def play(story: Story) -> Story:
    for step in story.steps_left():
        await step.play()
    return story


async def expect_exactly_once(stage: Stage, story: Story) -> None:
    """One unit counts, one is in progress, the chain holds, and the webhook came with one id."""
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
