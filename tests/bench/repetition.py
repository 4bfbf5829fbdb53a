"""One repetition: each side is set up anew, measured and counted."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from deploy.local.servers import Servers
from shared.contracts.assessment import TranscriptIssued
from tests.bench import measure
from tests.bench.chains import Chain, started
from tests.bench.measure import Backlog, Latency
from tests.bench.receiver import Receiver, receiving
from tests.bench.sides import SERVICES, Counts, Side, SideMaker, Stays, acquis, bare, make_stays

WARM_UP = 50
"""Transcripts that go before: connections are made, groups joined, plans cached."""
HOP_RATE = 20


@dataclass(frozen=True)
class Plan:
    rates: tuple[int, ...]
    """Transcripts a second."""
    seconds: int
    backlog: int
    credits: int
    """In the ledger that is full."""

    @property
    def transcripts(self) -> int:
        """That go through the chain."""
        return WARM_UP + sum(self.rates) * self.seconds + self.backlog


@dataclass(frozen=True)
class Proof:
    """That each credit exists exactly once: what was said, what is in the databases, and what the subscriber got."""

    said: int
    counts: Counts
    webhooks: int
    """Learners, of whom each has one credit."""
    doubled: int

    @property
    def holds(self) -> bool:
        return {*vars(self.counts).values(), self.webhooks} == {self.said} and not self.doubled


@dataclass(frozen=True)
class Measured:
    """One side."""

    outbox_hop: float
    outbox_drain: float
    latencies: dict[int, Latency]
    """By rate."""
    backlog: Backlog
    proof: Proof
    webhooks: float
    """Deliveries a second when nothing else is to be done."""


@dataclass(frozen=True)
class Repetition:
    acquis: Measured
    bare: Measured
    bare_posts: float


@dataclass(frozen=True)
class Bench:
    servers: Servers
    plan: Plan
    log: Path
    """Where the processes of the chains write to."""
    say: Callable[[str], None]

    async def repetition(self) -> Repetition:
        stays = make_stays(self.plan.transcripts)
        measured_bare, measured_acquis = await self._side(bare, stays), await self._side(acquis, stays)
        self.say("bare loop of posts")
        async with receiving() as receiver:
            posts = await measure.bare_posts(receiver, self.plan.backlog)
        return Repetition(acquis=measured_acquis, bare=measured_bare, bare_posts=posts)

    async def _side(self, make: SideMaker, stays: Stays) -> Measured:
        prefix = f"bench_{secrets.token_hex(3)}"
        async with receiving() as receiver, make(self.servers, prefix, receiver.url, stays) as side:
            self.say(f"{side.name}: the outbox alone")
            hop, drain = await self._outbox(side, stays)
            self.say(f"{side.name}: the whole chain")
            async with started(side.module, SERVICES, side.environment(relay_alone=False), self.log) as chain:
                latencies, backlog = await self._chain(side, chain, receiver, iter(stays.transcripts))
                proof = Proof(len(stays.transcripts), await side.counts(), len(receiver.times), receiver.doubled)
                webhooks = await measure.webhooks(side, receiver)
        return Measured(hop, drain, latencies, backlog, proof, webhooks)

    async def _outbox(self, side: Side, stays: Stays) -> tuple[float, float]:
        transcripts, number = stays.transcripts, HOP_RATE * self.plan.seconds
        async with started(side.module, ["assessment"], side.environment(relay_alone=True), self.log):
            await measure.outbox_drain(side, transcripts[:WARM_UP])
            hop = await measure.outbox_hop(side, self.servers.kafka_bootstrap, transcripts[:number], HOP_RATE)
            return hop, await measure.outbox_drain(side, transcripts[: self.plan.backlog])

    async def _chain(
        self, side: Side, chain: Chain, receiver: Receiver, transcripts: Iterator[TranscriptIssued]
    ) -> tuple[dict[int, Latency], Backlog]:
        """Uses each transcript once."""
        await measure.backlog(side, chain, receiver, list(islice(transcripts, WARM_UP)))
        latencies = {}
        for rate in self.plan.rates:
            some = list(islice(transcripts, rate * self.plan.seconds))
            latencies[rate] = await measure.latency(side, chain, receiver, some, rate)
        return latencies, await measure.backlog(side, chain, receiver, list(transcripts))
