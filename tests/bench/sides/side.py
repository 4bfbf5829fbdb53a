from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import psycopg
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.servers import Servers
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import TranscriptIssued
from tests.support.builders.agreements import learning_agreement_agreed, memorandum_activated
from tests.support.builders.assessment import transcript_issued

SERVICES = ("assessment", "recognition", "notifications")
EVERYBODY = "-c acquis.institution=*"
"""As consumers and workers act; the yardstick's tables have no row-level security."""


@dataclass(frozen=True)
class Stays:
    """What both sides are given: agreements, and their transcripts."""

    agreements: Sequence[LearningAgreementAgreed]
    transcripts: Sequence[TranscriptIssued]


@dataclass(frozen=True)
class Counts:
    """What the databases hold in the end: each is the number of transcripts, or something is wrong."""

    ledger_entries: int
    credits: int
    transcripts: int
    """Distinct ones that credits came of."""
    published: int


class Side(Protocol):
    """A chain on databases and topics of its own."""

    name: str
    module: str
    """`python -m <module> <service>` is one of its processes."""
    databases: Mapping[str, str]
    """Service → URL."""
    entries: str
    """The query for how many ledger entries there are."""

    def environment(self, *, relay_alone: bool) -> dict[str, str]:
        """What its processes need to know; a relay alone publishes to topics that nobody hears."""
        ...

    def transcripts_topic(self, *, relay_alone: bool) -> str: ...

    async def say(self, transcripts: Sequence[TranscriptIssued]) -> None:
        """Put transcripts into the outbox of `assessment`, all in one transaction."""
        ...

    async def counts(self) -> Counts: ...

    async def queue_webhooks_again(self) -> None:
        """Make every delivery due, all at once."""
        ...


SideMaker = Callable[[Servers, str, str, Stays], AbstractAsyncContextManager[Side]]
"""Makes one on these servers, with a prefix for all that it makes there, to send webhooks to a URL."""


def make_stays(number: int, unit_codes: Sequence[str] = ("U3",)) -> Stays:
    memorandum = memorandum_activated()
    agreements = [learning_agreement_agreed(memorandum, unit_codes) for _ in range(number)]
    return Stays(agreements, [transcript_issued(agreed) for agreed in agreements])


async def ask(side: Side, service: str, query: str) -> int:
    """What a query finds in one of the side's databases: a number, 0 if there is no row."""
    url = side.databases[service]
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, options=EVERYBODY) as connection:
        row = await (await connection.execute(query.encode())).fetchone()
        return int(row[0]) if row else 0


@asynccontextmanager
async def admin_of(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def delete_topics(bootstrap: str, prefix: str) -> None:
    async with admin_of(bootstrap) as admin:
        await admin.delete_topics([topic for topic in await admin.list_topics() if topic.startswith(prefix)])
