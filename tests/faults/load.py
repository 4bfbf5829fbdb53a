"""Learners on their way: so many at once, each from the registration to the record at home."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from deploy.local.demo.story import Story
from tests.support.stage import Stage


@dataclass
class Learner:
    """Times are `time.monotonic()`."""

    story: Story
    begun: float = field(default_factory=time.monotonic)
    home: float | None = None
    """Since when the record is complete."""
    trouble: str | None = None
    """What kept the learner from it."""

    @property
    def id(self) -> str:
        return str(self.story.told.learner_id)


async def accompany(learner: Learner) -> Learner:
    try:
        for step in learner.story.steps_left():
            await step.play()
        await learner.story.record()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is in the learner's way
        where = learner.story.steps_left()[0].title if learner.story.steps_left() else "the record at home"
        learner.trouble = f"{where}: {type(error).__name__} {error}"
    else:
        learner.home = time.monotonic()
    return learner


class Load:
    def __init__(self, stage: Stage) -> None:
        self._stage, self._is_over = stage, False
        self.learners: list[Learner] = []

    @asynccontextmanager
    async def of(self, at_once: int) -> AsyncIterator[None]:
        """So many learners at any time; in the end, those who are on their way arrive."""
        await self.one()  # also tells what all have in common
        going = [asyncio.create_task(self._one_after_the_other()) for _ in range(at_once)]
        try:
            yield
            self._is_over = True
            await asyncio.gather(*going)
        finally:
            for task in going:
                task.cancel()

    async def came_home_since(self, moment: float) -> bool:
        return any(learner.home and learner.home > moment for learner in self.learners)

    async def one(self) -> None:
        self.learners.append(Learner(await self._stage.story()))
        await accompany(self.learners[-1])

    async def _one_after_the_other(self) -> None:
        while not self._is_over:
            await self.one()
