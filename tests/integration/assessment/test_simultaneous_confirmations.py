"""Two examiners at the same moment, in two real transactions; and what a confirmation costs."""

import asyncio
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import handlers
from shared.auth import Principal
from shared.contracts.agreements import TranscriptPolicy
from shared.db import SYSTEM, Database
from shared.problems import VersionMismatch
from tests.support.statements import statements
from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def examiner(stay: Stay) -> Principal:
    return Principal("examiner", stay.agreed.host_id, frozenset({"examiner"}))


async def confirm(tx: AsyncConnection, stay: Stay, path: str) -> None:
    await handlers.confirm_assessment(tx, examiner(stay), UUID(path.rpartition("/")[2]), 2)


async def confirm_in_own_transaction(stay: Stay, path: str) -> None:
    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, path)


async def until_somebody_waits_for_a_lock(database: Database) -> None:
    async with asyncio.timeout(10), database.transaction(SYSTEM) as tx:
        while not await tx.scalar(WAITING):
            await tx.execute(sa.text("SELECT pg_stat_clear_snapshot()"))


async def confirm_while_the_other_is_at_it(stay: Stay, first: str, second: str) -> None:
    """The second confirmation begins before the first one is committed."""
    database = stay.running.database
    async with database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, first)
        overlapping = asyncio.create_task(confirm_in_own_transaction(stay, second))
        await until_somebody_waits_for_a_lock(database)
    await overlapping


async def test_of_two_simultaneous_last_confirmations_exactly_one_issues_one_full_transcript(stays: Stays):
    stay = await stays.begin(outcomes=2)
    paths = [await stay.recorded([outcome]) for outcome in stay.outcomes]
    await confirm_while_the_other_is_at_it(stay, *paths)
    [issued] = [fact.data for fact in await stay.said() if fact.type == "acquis.transcript.issued.v1"]
    assert (issued.version, len(issued.assessments)) == (1, 2)
    assert (await stay.transcript())["issue"] == 1


async def test_of_two_simultaneous_confirmations_the_later_issue_carries_both(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    paths = [await stay.recorded([outcome]) for outcome in stay.outcomes]
    await confirm_while_the_other_is_at_it(stay, *paths)
    issued = [fact.data for fact in await stay.said() if fact.type == "acquis.transcript.issued.v1"]
    assert [(fact.version, len(fact.assessments)) for fact in issued] == [(1, 1), (2, 2)]


async def test_one_assessment_is_confirmed_once_however_many_try(stays: Stays):
    stay = await stays.begin()
    path = await stay.recorded()
    with pytest.raises(VersionMismatch):
        await confirm_while_the_other_is_at_it(stay, path, path)
    assert len(await stay.said()) == 2


async def test_issuing_by_hand_waits_for_a_confirmation_under_way(stays: Stays):
    stay = await stays.begin(transcript_policy=TranscriptPolicy.MANUAL)
    path, transcript = await stay.recorded(), UUID((await stay.transcript())["transcript_id"])

    async def issue() -> None:
        async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
            await handlers.issue_transcript(tx, examiner(stay), transcript, 1)

    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        await confirm(tx, stay, path)
        issuing = asyncio.create_task(issue())
        await until_somebody_waits_for_a_lock(stay.running.database)
    await issuing
    assert [len(fact.data.assessments) for fact in (await stay.said())[1:]] == [1]


async def test_a_confirmation_that_issues_costs_six_statements_however_much_was_assessed_before(stays: Stays):
    stay = await stays.begin(outcomes=2, transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    for outcome in stay.outcomes:
        await stay.confirmed([outcome])
    path = await stay.recorded()
    async with stay.running.database.transaction(str(stay.agreed.host_id)) as tx:
        with statements() as sent:
            await confirm(tx, stay, path)
    assert len(sent) == 6
