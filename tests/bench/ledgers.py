"""Evaluation into a ledger that is nearly empty and into one that is full: whatever it holds, it should take as long.

Both are asked in turns, a batch each, so that whatever else the machine does hits both. What fills them is what one
real evaluation has written about a learner, over and over, with other ids; every index is as large as it would be.
"""

import gc
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from deploy.local.servers import Servers
from services.recognition import tables
from services.recognition.app import service
from services.recognition.settings import Settings
from shared import envelope
from shared.contracts.assessment import TranscriptIssued
from shared.db import SYSTEM
from shared.kafka import Record
from shared.service import Running
from shared.telemetry import current_traceparent
from tests.bench.sides.acquis import tell
from tests.bench.sides.side import Stays, make_stays
from tests.support.running import as_owner, running_service

UNITS = ("U1", "U3", "U4")
"""Of each transcript: what one learner has credits for."""
FEW = 1_000
"""Credits in the ledger that is nearly empty."""
AT_ONCE = 5_000
"""Learners made in one transaction."""
BATCH = 100
"""Transcripts a turn: fewer than a consumer takes at the most, so that there are more turns."""
WARM_UP = 5
"""Turns that are not counted."""

OWN = {"learner_id", "learning_agreement_id", "transcript_id", "decision_id", "validation_id", "credit_id", "entry_id"}
"""Columns with ids that no two learners have in common."""
ANOTHER_HASH = {
    name: f"encode(sha256(CAST(concat(nth, {name}) AS bytea)), 'hex')"
    for name in ("hash", "previous_hash", "ledger_hash")
}


@dataclass(frozen=True)
class Ledgers:
    """Milliseconds that a transcript takes, with so many credits in the ledger."""

    credits: int
    nearly_empty: float
    full: float


async def evaluation(servers: Servers, transcripts: int, credits_: int) -> Ledgers:
    """Of as many transcripts into each of the two."""
    stays = make_stays(transcripts, UNITS)
    async with AsyncExitStack() as stack:
        nearly_empty, full = [
            await stack.enter_async_context(_holding(servers, number, stays)) for number in (FEW, credits_)
        ]
        took = await _take_turns([nearly_empty, full], stays.transcripts)
    return Ledgers(credits_, took[0], took[1])


@asynccontextmanager
async def _holding(servers: Servers, credits_: int, stays: Stays) -> AsyncIterator[Running]:
    """A ledger with so many credits, and everything known that these transcripts refer to."""
    async with running_service(service, Settings, servers.database_url) as running:
        first = make_stays(1, UNITS)
        await tell(running.database, [*first.agreements, *stays.agreements])
        await running.intake.take_in(_records(first.transcripts))
        await _multiply(running, first.transcripts[0], credits_ // len(UNITS))
        yield running


async def _take_turns(ledgers: Sequence[Running], transcripts: Sequence[TranscriptIssued]) -> list[float]:
    """The median of each, over all turns."""
    took: list[list[float]] = [[] for _ in ledgers]
    turns = deque(enumerate(ledgers))
    gc.freeze()  # as a consumer does
    for start in range(0, len(transcripts), BATCH):
        batch = transcripts[start : start + BATCH]
        records = _records(batch)
        for place, running in turns:
            begun = time.perf_counter()
            await running.intake.take_in(records)
            took[place].append((time.perf_counter() - begun) * 1000 / len(batch))
        turns.rotate()
    return [statistics.median(times[WARM_UP:]) for times in took]


def _records(transcripts: Sequence[TranscriptIssued]) -> list[Record]:
    events = [envelope.write(one, current_traceparent()) for one in transcripts]
    return [Record("", 0, place, event.type, event.body) for place, event in enumerate(events)]


async def _multiply(running: Running, of: TranscriptIssued, learners: int) -> None:
    """Until there are so many learners like the one of this transcript."""
    for start in range(1, learners, AT_ONCE):
        async with running.database.transaction(SYSTEM) as tx:
            for statement, id_ in _copies(of):
                await tx.execute(statement, {"id": id_, "start": start, "end": min(start + AT_ONCE, learners) - 1})
    async with as_owner(running).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(sa.text("VACUUM ANALYZE"))


def _copies(of: TranscriptIssued) -> list[tuple[sa.TextClause, UUID]]:
    """For each table with something about the learner, what adds the same about others, and the id to find it by."""
    of_learners = [table for table in tables.METADATA.sorted_tables if "learner_id" in table.columns]
    return [
        (_copy(tables.KNOWN_LEARNING_AGREEMENTS, "id"), of.learning_agreement_id),
        (_copy(tables.EVALUATED_TRANSCRIPTS, "transcript_id"), of.transcript_id),
        *((_copy(table, "learner_id"), of.learner_id) for table in of_learners),
    ]


def _copy(table: sa.Table, key: str) -> sa.TextClause:
    columns = [column.name for column in table.columns]
    values = ", ".join(_another(name) if name in {*OWN, key} else ANOTHER_HASH.get(name, name) for name in columns)
    series = "generate_series(CAST(:start AS integer), CAST(:end AS integer)) AS nth"
    copied = f"SELECT {values} FROM {table.name}, {series} WHERE {key} = :id"  # noqa: S608 - our own tables' names
    return sa.text(f"INSERT INTO {table.name} ({', '.join(columns)}) {copied}")


def _another(id_: str) -> str:
    """In the order of the numbers, as ids are in the order of time."""
    return f"CAST(lpad(to_hex(nth), 12, '0') || substr(md5(concat(nth, {id_})), 13) AS uuid)"
