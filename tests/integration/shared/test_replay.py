import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from aiokafka.errors import CommitFailedError
from pydantic import SecretStr

from shared import replay
from shared.db import SYSTEM, Database
from shared.service import Running, Service
from shared.settings import PlatformSettings, ServiceSettings
from tests.support.delivery import TYPE, MakeRelay, event, fact, record, say
from tests.support.notebook import Notebook, noted, until_noted

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest_asyncio.fixture(loop_scope="session")
async def running(database: Database, platform: PlatformSettings, notebook: Notebook) -> AsyncIterator[Running]:
    settings = ServiceSettings(database_url=SecretStr(database.url), platform=platform)
    made = Running(Service("notes", settings, sa.MetaData(), routers=[], subscriptions={TYPE: notebook.note}))
    yield made
    await made.close()


@asynccontextmanager
async def consuming(running: Running) -> AsyncIterator[None]:
    another = Running(running.service)
    going = asyncio.create_task(another.consumer.run())
    try:
        yield
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        await another.close()


async def test_dead_letters_come_back_once_their_cause_is_mended(
    database: Database, running: Running, notebook: Notebook
):
    key = uuid4()
    notebook.poison = 2
    await running.intake.take_in([record(event(key, number), number) for number in (1, 2)])
    assert await replay.bring_back(running) == (0, 1)
    notebook.poison = None
    assert await replay.bring_back(running) == (1, 0)
    assert await replay.bring_back(running) == (0, 0)
    assert await noted(database, key) == [1, 2]


async def test_a_database_restored_to_an_earlier_hour_is_brought_to_the_truth_by_rewinding(
    database: Database, running: Running, make_relay: MakeRelay
):
    key, before = uuid4(), datetime.now(UTC)
    await say(database, fact(key, 1), fact(key, 2))
    await make_relay().publish()
    async with consuming(running):
        await until_noted(database, key, [1, 2])
    async with database.transaction(SYSTEM) as tx:  # what a restore does: effects and inbox go back together
        await tx.execute(sa.text("DELETE FROM notes WHERE number = 2"))
        await tx.execute(
            sa.text("DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM outbox ORDER BY id DESC LIMIT 1)")
        )
    assert await replay.rewind(running, before) > 0
    async with consuming(running):
        await until_noted(database, key, [1, 2])


@pytest.mark.parametrize("heard", [[], [1]], ids=["who has heard nothing yet", "who lags behind"])
async def test_rewinding_skips_nothing_that_was_not_heard_yet(
    database: Database, running: Running, make_relay: MakeRelay, heard: list[int]
):
    key, relay = uuid4(), make_relay()
    for number in heard:
        await say(database, fact(key, number))
        await relay.publish()
        async with consuming(running):
            await until_noted(database, key, [number])
    await say(database, fact(key, 2))
    await relay.publish()
    moment = datetime.now(UTC)
    await say(database, fact(key, 3))
    await relay.publish()
    assert await replay.rewind(running, moment) == 0
    async with consuming(running):
        await until_noted(database, key, [*heard, 2, 3])


async def test_a_group_that_is_consuming_cannot_be_rewound(database: Database, running: Running, make_relay: MakeRelay):
    key, before, relay = uuid4(), datetime.now(UTC), make_relay()
    for heard in [1], [1, 2]:  # the first time is committed when the second begins
        await say(database, fact(key, heard[-1]))
        await relay.publish()
        async with consuming(running):
            await until_noted(database, key, heard)
            if heard == [1, 2]:
                with pytest.raises(CommitFailedError):
                    await replay.rewind(running, before)
