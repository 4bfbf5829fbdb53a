"""The subscriber's endpoint, which answers badly or not at all."""

import asyncio
from collections.abc import Iterator
from functools import partial

from tests.faults.fault import Fault
from tests.support.stage import Stage
from tests.support.webhook_receiver import Reply


def faults(stage: Stage) -> Iterator[Fault]:
    yield Fault("answers 500", "the subscriber", partial(_answer, stage, Reply(500)))
    yield Fault("answers 503 late", "the subscriber", partial(_hesitate, stage))


async def _answer(stage: Stage, reply: Reply, seconds: float) -> None:
    usual, stage.receiver.otherwise = stage.receiver.otherwise, reply
    try:
        await asyncio.sleep(seconds)
    finally:
        stage.receiver.otherwise = usual


async def _hesitate(stage: Stage, seconds: float) -> None:
    """Whoever asked gets no answer before it is over."""
    over = asyncio.Event()
    try:
        await _answer(stage, Reply(503, after=over), seconds)
    finally:
        over.set()
