"""A waiting transcript that cannot be evaluated: whoever released it is innocent, and the others go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.recognition.handlers.evaluation import MENDING
from services.recognition.tables import KNOWN_COUNTRY_POLICIES
from services.recognition.workers import mend
from shared import dead_letters
from shared.contracts.assessment import TranscriptIssued
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import learning_agreement_agreed
from tests.support.builders.assessment import transcript_issued
from tests.support.records import credits_of, waiting_for
from tests.support.running import as_owner, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@asynccontextmanager
async def refusing(recognition: Running, transcript: TranscriptIssued) -> AsyncIterator[None]:
    """Until it is mended the database refuses this issue of the transcript."""
    rule = f"transcript_id <> '{transcript.transcript_id}' OR version <> {transcript.version}"
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.text(f"ALTER TABLE evaluated_transcripts ADD CONSTRAINT broken CHECK ({rule})"))
    try:
        yield
    finally:
        async with as_owner(recognition).begin() as tx:
            await tx.execute(sa.text("ALTER TABLE evaluated_transcripts DROP CONSTRAINT broken"))


def another_learner(told: Story) -> Story:
    """In the same world, on the same unit."""
    named = ("qualification_id", "home_id", "home_country", "host_id", "units")
    agreement = learning_agreement_agreed(told.memorandum, **{name: getattr(told.agreement, name) for name in named})
    return replace(told, agreement=agreement, transcript=transcript_issued(agreement))


async def dead(recognition: Running) -> list[dead_letters.DeadLetter]:
    async with recognition.database.transaction(SYSTEM) as tx:
        return await dead_letters.waiting(tx)


async def is_known(recognition: Running, told: Story) -> bool:
    async with recognition.database.transaction(SYSTEM) as tx:
        known = sa.select(KNOWN_COUNTRY_POLICIES).where(KNOWN_COUNTRY_POLICIES.c.country == told.policy.country)
        return (await tx.execute(known)).one_or_none() is not None


async def test_a_poisonous_transcript_harms_neither_what_it_waited_for_nor_who_waited_with_it(recognition: Running):
    poisonous = story()
    innocent = another_learner(poisonous)
    policy, *others = poisonous.reference
    await tell(recognition, *others, innocent.agreement, innocent.transcript, poisonous.transcript)
    async with refusing(recognition, poisonous.transcript):
        await tell(recognition, policy)
        assert await is_known(recognition, poisonous)
        assert await dead(recognition) == []
        assert len(await credits_of(recognition, innocent.learner_id)) == 1
        assert await credits_of(recognition, poisonous.learner_id) == []


async def test_a_poisonous_issue_harms_neither_the_one_before_nor_the_one_after_it(recognition: Running):
    first = story()
    second, third = (replace(first.transcript, version=version) for version in (2, 3))
    await tell(recognition, *first.reference, second, third)
    async with refusing(recognition, second):
        await tell(recognition, first.transcript)
        assert len(await credits_of(recognition, first.learner_id)) == 1
        assert await dead(recognition) == []
    waits_for_second = f"transcript:{second.transcript_id}:2"
    assert await waiting_for(recognition, second.transcript_id) == [waits_for_second]
    await mend(recognition)
    assert await waiting_for(recognition, second.transcript_id) == []


async def test_what_was_set_aside_stays_until_its_cause_is_mended_and_an_operator_sees_it(recognition: Running):
    await mend(recognition)  # whatever another test has left
    told, failed = story(), recognition.metrics.work.labels("mend", "failed")
    await tell(recognition, told.transcript)
    async with refusing(recognition, told.transcript):
        await tell(recognition, *told.reference)
        assert await waiting_for(recognition, MENDING) == [MENDING]
        before = failed._value.get()  # noqa: SLF001 - a counter has no other way to be read
        await mend(recognition)
        assert await waiting_for(recognition, MENDING) == [MENDING]
        assert failed._value.get() == before + 1  # noqa: SLF001 - same
    await mend(recognition)
    assert await waiting_for(recognition, MENDING) == []
    assert len(await credits_of(recognition, told.learner_id)) == 1
