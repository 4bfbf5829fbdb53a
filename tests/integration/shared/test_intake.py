from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import dead_letters
from shared.db import SYSTEM, Database
from shared.envelope import Event
from shared.kafka import Intake
from shared.telemetry import Metrics
from tests.support.delivery import TYPE, event, record
from tests.support.notebook import Notebook, noted

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

POISON = 666


def intake(database: Database, notebook: Notebook) -> Intake:
    return Intake(database, {TYPE: notebook.note}, Metrics("test"))


async def dead(database: Database) -> list[dead_letters.DeadLetter]:
    async with database.transaction(SYSTEM) as tx:
        return await dead_letters.waiting(tx)


async def test_a_batch_is_one_call_and_one_transaction(database: Database):
    key, notebook = uuid4(), Notebook()
    await intake(database, notebook).take_in([record(event(key, number)) for number in (1, 2, 3)])
    assert (await noted(database, key), notebook.batches) == ([1, 2, 3], [3])


async def test_an_event_that_comes_again_changes_nothing(database: Database):
    key, notebook = uuid4(), Notebook()
    once = record(event(key))
    taking_in = intake(database, notebook)
    await taking_in.take_in([once, once])
    await taking_in.take_in([once])
    assert await noted(database, key) == [1]


async def test_a_poison_event_is_parked_with_its_reason_and_the_others_are_handled(database: Database):
    key = uuid4()
    records = [record(event(key, number), position) for position, number in enumerate((1, POISON, 2))]
    await intake(database, Notebook(poison=POISON)).take_in(records)
    assert await noted(database, key) == [1, 2]
    (letter,) = await dead(database)
    assert letter.payload == records[1].body
    assert letter.reason == "ValueError: cannot bear 666"


async def test_an_unreadable_record_is_parked_once_however_often_it_comes(database: Database):
    key = uuid4()
    garbage = record(b"\xff not JSON", position=7)
    taking_in = intake(database, Notebook())
    await taking_in.take_in([garbage, record(event(key))])
    await taking_in.take_in([garbage])
    assert await noted(database, key) == [1]
    (letter,) = await dead(database)
    assert letter.payload == garbage.body
    assert "UnreadableEventError" in letter.reason


async def test_a_type_that_the_service_does_not_hear_is_passed_over(database: Database):
    await intake(database, Notebook()).take_in([record(b"anything", type_="acquis.other.v1")])
    assert await dead(database) == []


async def test_a_dead_letter_is_brought_back_once_its_cause_is_mended(database: Database):
    key = uuid4()
    poison = record(event(key, POISON))
    await intake(database, Notebook(poison=POISON)).take_in([poison])
    mended = intake(database, Notebook())
    async with database.transaction(SYSTEM) as tx:
        (letter,) = await dead_letters.waiting(tx)
        await mended.bring_back(tx, letter)
    await mended.take_in([poison])
    assert (await noted(database, key), await dead(database)) == ([POISON], [])


async def test_a_transient_failure_is_raised_with_nothing_changed(database: Database):
    key, taking_in = uuid4(), intake(database, Notebook())
    again = record(event(key))

    async def lose_connection(tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
        await Notebook().note(tx, events)
        await tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    losing = Intake(database, {TYPE: lose_connection}, Metrics("test"))
    with pytest.raises(sa.exc.OperationalError):
        await losing.take_in([again])
    assert (await noted(database, key), await dead(database)) == ([], [])
    await taking_in.take_in([again])
    assert await noted(database, key) == [1]


async def test_a_dead_letter_whose_event_was_taken_in_meanwhile_is_not_handled_again(database: Database):
    key = uuid4()
    poison = record(event(key, POISON))
    await intake(database, Notebook(poison=POISON)).take_in([poison])
    mended = intake(database, Notebook())
    await mended.take_in([replace(poison, position=1)])  # the same event at another place, as after a rewind
    async with database.transaction(SYSTEM) as tx:
        (letter,) = await dead_letters.waiting(tx)
        await mended.bring_back(tx, letter)
    assert (await noted(database, key), await dead(database)) == ([POISON], [])


async def test_what_the_database_can_never_keep_is_parked_and_not_tried_for_ever(database: Database):
    async def grow_beyond_all_limits(tx: AsyncConnection, _: Sequence[Event[Any]]) -> None:
        await tx.execute(sa.text("SELECT " + ", ".join(["1"] * 1_700)))  # PostgreSQL's limit is 1,664

    too_much = Intake(database, {TYPE: grow_beyond_all_limits}, Metrics("test"))
    await too_much.take_in([record(event())])
    (letter,) = await dead(database)
    assert "1664 entries" in letter.reason
