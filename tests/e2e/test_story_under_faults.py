"""The main job while all breaks that it depends on: nothing lost, nothing twice. `make faults` goes on for longer."""

import logging
from itertools import islice

import pytest

from tests.faults import menu
from tests.faults.plan import plan
from tests.faults.run import survive
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

FAULTS = [
    ("kill -9", "recognition consume"),
    ("kill -9 at once", "all processes"),
    ("pause", "recognition relay"),
    ("stop of a server", "PostgreSQL"),
    ("kill -9 of a server", "Kafka"),
    ("pause of a server", "PostgreSQL"),
    ("connections ended", "all services"),
    ("network slow", "PostgreSQL"),
    ("network silent", "Kafka"),
    ("network cut", "PostgreSQL"),
    ("clock jumps", "notifications work"),
    ("answers 500", "the subscriber"),
    ("answers 503 late", "the subscriber"),
]
"""One of each kind but for a full disk, which not everybody may make."""
SEED = 7
LEARNERS = 3


async def test_one_fault_of_each_kind_loses_nothing_and_doubles_nothing(stage: Stage):
    possible = menu.everything(stage, {})
    assert {kind for kind, _ in possible} == {kind for kind, _ in FAULTS} | {"disk full"}
    planned = islice(plan(FAULTS, SEED), len(FAULTS))
    outcome = await survive(stage, possible, planned, LEARNERS, logging.getLogger(__name__).info)
    assert outcome.troubles == []
    assert outcome.wrongs == []
