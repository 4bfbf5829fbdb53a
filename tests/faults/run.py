"""Faults struck one after the other while learners are on their way, and what came of it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from deploy.local.demo.client import until
from deploy.local.errors import LocalError
from tests.faults.fault import Fault
from tests.faults.load import Load
from tests.faults.plan import Name, Planned
from tests.faults.truth import Wrong, wrongs
from tests.support.stage import Stage

PATIENCE_SECONDS = 120.0
"""So long after a fault somebody must have come home."""


@dataclass
class Struck:
    """A fault that was tried, from its beginning until life went on."""

    planned: Planned
    begun: float
    over: float = 0.0
    troubles: list[str] = field(default_factory=list)

    def met(self, wrong: Wrong) -> bool:
        """Whether it may be what did this to the learner."""
        learner = wrong.learner
        return learner is not None and learner.begun < self.over and (learner.home or self.over) > self.begun


@dataclass(frozen=True)
class Outcome:
    struck: Sequence[Struck]
    learners: int
    wrongs: Sequence[Wrong]

    @property
    def survived(self) -> int:
        return sum(not struck.troubles for struck in self.struck)

    @property
    def troubles(self) -> list[str]:
        return [f"{' '.join(struck.planned.name)}: {one}" for struck in self.struck for one in struck.troubles]


async def survive(
    stage: Stage, faults: Mapping[Name, Fault], plan: Iterator[Planned], learners: int, say: Callable[[str], None]
) -> Outcome:
    """Strike the faults in the order of the plan, which ends some time."""
    load = Load(stage)
    struck = []
    async with load.of(learners):
        for number, planned in enumerate(plan, start=1):
            await asyncio.sleep(planned.after)
            struck.append(await _strike(stage, load, faults[planned.name], planned))
            say(f"{number:>4}  {_sentence(struck[-1])}; {sum(bool(one.home) for one in load.learners)} learners home")
    say("No more faults. What is under way arrives, and everything is checked.")
    found = await wrongs(stage, load.learners)
    for one in struck:
        one.troubles += [wrong.what for wrong in found if one.met(wrong)]
    return Outcome(struck, len(load.learners), found)


async def _strike(stage: Stage, load: Load, fault: Fault, planned: Planned) -> Struck:
    """It is over when somebody comes home again."""
    struck = Struck(planned, time.monotonic())
    try:
        await fault.strike(planned.lasts)
        struck.troubles += await _revived(stage)
        since = time.monotonic()
        await until(partial(load.came_home_since, since), PATIENCE_SECONDS)
    except TimeoutError:
        struck.troubles.append("nobody came home afterwards")
    except (AssertionError, LocalError) as error:
        struck.troubles.append(f"not put right again: {error}")
    struck.over = time.monotonic()
    return struck


async def _revived(stage: Stage) -> list[str]:
    """Processes that ended by themselves, which none may; they are started again, so that the others can be tried."""
    ended = [process for process in stage.processes.values() if not process.runs]
    await asyncio.gather(*(process.start() for process in ended))
    return [f"{process.name} has ended by itself: see {process.log}" for process in ended]


def _sentence(struck: Struck) -> str:
    kind, victim = struck.planned.name
    outcome = "NOT survived" if struck.troubles else "survived"
    return f"{kind}, {victim}, for {struck.planned.lasts} s: {outcome}, after {struck.over - struck.begun:.1f} s"
