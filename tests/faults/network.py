"""The network to the database, the broker and the subscriber: slow, silent, cut."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from tests.faults.fault import Fault
from tests.support.stage import Stage

SLOWER_SECONDS = 0.05


def faults(stage: Stage) -> Iterator[Fault]:
    for link in (stage.links.postgres, stage.links.kafka, stage.links.receiver):
        yield Fault("network slow", link.name, partial(_while, partial(link.slowed, SLOWER_SECONDS)))
        yield Fault("network silent", link.name, partial(_while, link.held))
        yield Fault("network cut", link.name, partial(_while, link.cut))


async def _while(broken: Callable[[], AbstractContextManager[None]], seconds: float) -> None:
    with broken():
        await asyncio.sleep(seconds)
