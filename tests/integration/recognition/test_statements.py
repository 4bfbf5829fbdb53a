"""What sets the pace is statements for each event (quality.md): there is a handful for a batch, however large."""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.recognition.store.chains import ANCHORS, CREDITS, ENTRIES, HEADS, NEXT_LEARNERS
from services.recognition.store.checkpoints import CHAIN_ENDS, CHAIN_ENDS_THEN
from services.recognition.store.documented import FIND_DOCUMENTED, FIND_POLICIES
from services.recognition.store.expiry import FIND_ENDING, WIND_ON
from services.recognition.store.known import FIND, FIND_FOR
from services.recognition.store.pending import RELEASE
from services.recognition.store.settlements import MAKE_WAY
from services.recognition.store.sources import LATEST, QUALIFICATIONS, TURNS
from services.recognition.store.standings import FIND_STANDINGS, LOCK_HEADS
from services.recognition.store.verification import FIND_TRANSCRIPTS
from shared import clock
from shared.contracts.assessment import TranscriptIssued
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import learning_agreement_agreed
from tests.support.builders.assessment import transcript_issued
from tests.support.running import tell
from tests.support.statements import statements
from tests.support.stories import Story, moved, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FEW = 7
"""The inbox; facts, heads and standings; the outcomes; the outbox; who waited."""
RELEASING = 5
"""Taking turns; keeping the fact; finding who waited for it; a savepoint and its end."""


async def many(recognition: Running, told: Story, count: int) -> list[TranscriptIssued]:
    """Transcripts of as many learners, each on one unit; everything that they refer to has arrived."""
    agreements = [
        learning_agreement_agreed(
            told.memorandum,
            qualification_id=told.agreement.qualification_id,
            home_id=told.agreement.home_id,
            home_country=told.agreement.home_country,
            host_id=told.agreement.host_id,
            units=told.agreement.units,
        )
        for _ in range(count)
    ]
    await tell(recognition, *told.reference, *agreements)
    return [transcript_issued(agreement) for agreement in agreements]


async def recognised(recognition: Running, transcripts: list[TranscriptIssued]) -> int:
    learners = [one.learner_id for one in transcripts]
    async with recognition.database.transaction(SYSTEM) as tx:
        count = sa.text("SELECT count(*) FROM credits WHERE learner_id = ANY (:learners)")
        return int((await tx.execute(count, {"learners": learners})).scalar_one())


async def test_a_batch_takes_the_same_few_statements_however_large(recognition: Running):
    told, sent = story(), {}
    for size in (1, 50, 200):
        transcripts = await many(recognition, told, size)
        with statements() as sent[size]:
            await tell(recognition, *transcripts)
        assert await recognised(recognition, transcripts) == size
    assert len(sent[1]) == len(sent[50]) == len(sent[200]) <= FEW


async def test_waiting_transcripts_are_parked_set_wise_too(recognition: Running):
    told, sent = story(), {}
    for size in (50, 200):
        world = told.learner_id
        transcripts = await many(recognition, told, size)
        waiting = [moved(one, world) for one in transcripts]
        with statements() as sent[size]:
            await tell(recognition, *waiting)
    assert len(sent[50]) == len(sent[200]) <= FEW


async def test_what_waited_is_released_set_wise_in_a_savepoint_of_its_own(recognition: Running):
    sent = {}
    for size in (50, 200):
        told = story()
        agreements = [replace(told.agreement, learning_agreement_id=uuid4(), learner_id=uuid4()) for _ in range(size)]
        transcripts = [transcript_issued(one) for one in agreements]
        await tell(recognition, *told.reference, *transcripts)
        with statements() as sent[size]:
            await tell(recognition, *agreements)
        assert await recognised(recognition, transcripts) == size
    assert len(sent[50]) == len(sent[200]) <= FEW + RELEASING


SETTLING = (TURNS, LATEST, QUALIFICATIONS, MAKE_WAY)
LEDGER = (CHAIN_ENDS, CHAIN_ENDS_THEN, NEXT_LEARNERS, HEADS, ANCHORS, ENTRIES, CREDITS)


@pytest.mark.parametrize(
    "query",
    [
        FIND,
        FIND_FOR,
        LOCK_HEADS,
        FIND_STANDINGS,
        RELEASE,
        FIND_DOCUMENTED,
        FIND_POLICIES,
        FIND_TRANSCRIPTS,
        FIND_ENDING,
        WIND_ON,
        *SETTLING,
        *LEDGER,
    ],
)
async def test_every_table_is_found_by_an_index_as_it_grows(recognition: Running, query: sa.TextClause):
    assert "Seq Scan" not in await planned(recognition, query)


@pytest.mark.parametrize("query", [FIND, FIND_FOR, FIND_STANDINGS])
async def test_no_index_is_read_as_a_whole_for_a_transcript(recognition: Running, query: sa.TextClause):
    plan = await planned(recognition, query)
    assert len(re.findall(r"Index (Only )?Scan", plan)) == plan.count("Index Cond"), plan


async def planned(recognition: Running, query: sa.TextClause) -> str:
    arrays = ("ids", "versions", "learners", "transcripts", "keys", "positions", "grading", "credits")
    nobody: dict[str, Any] = {name: [] for name in arrays} | {"country": "", "position": 0, "hash": ""}
    nobody |= {
        "learners": [uuid4()],  # of an empty list everything is true, and so of use any index
        "learner_id": uuid4(),
        "replaced": [],
        "after": uuid4(),
        "start": uuid4(),
        "agreement": "{}",
        "number": 1,
        "at_most": 1,
        "today": clock.now().date(),
    }
    needed = {name: nobody[name] for name in query._bindparams}  # noqa: SLF001 - to give each query its own
    explain = sa.text(f"EXPLAIN {query.text}").bindparams(*query._bindparams.values())  # noqa: SLF001 - same
    async with recognition.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text("SET LOCAL enable_seqscan = off"))  # then only what has no index is scanned
        return "\n".join((await tx.scalars(explain, needed)).all())
