"""Taking a batch of records into a service's database: once, in order per key, whatever happens."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import dead_letters, envelope, inbox
from shared.db import SYSTEM, Database, is_transient
from shared.envelope import Event
from shared.telemetry import Metrics, continued_trace

LOG = structlog.get_logger(__name__)

Handler = Callable[[AsyncConnection, Sequence[Event[Any]]], Awaitable[None]]
"""A use case that hears events: all that it subscribes to, in order per key, to be handled in the given transaction."""


@dataclass(frozen=True)
class Record:
    """What a Kafka record carries, as far as a service cares."""

    topic: str
    partition: int
    position: int
    type: str | None
    body: bytes


class Intake:
    """Hands events to the handlers that subscribe to them.

    A whole batch is handled in one transaction. If that fails, the batch is handled again record by record, each in a
    savepoint, and what cannot be handled is parked as a dead letter. Transient database errors are raised to the
    caller, with nothing changed.
    """

    def __init__(self, database: Database, subscriptions: Mapping[str, Handler], metrics: Metrics) -> None:
        self._database, self._subscriptions, self._metrics = database, subscriptions, metrics

    async def take_in(self, records: Iterable[Record]) -> None:
        heard = [record for record in records if record.type is None or record.type in self._subscriptions]
        if not heard:
            return
        try:
            async with self._database.transaction(SYSTEM) as tx:
                await self._handle(tx, [envelope.read(record.body, record.type) for record in heard])
        except Exception as error:
            if is_transient(error):
                raise
            LOG.info("batch failed, going on record by record", records=len(heard), error=repr(error))
            await self._take_in_one_by_one(heard)

    async def bring_back(self, tx: AsyncConnection, letter: dead_letters.DeadLetter) -> None:
        """Handle a dead letter again, unless its event has been taken in meanwhile."""
        await self._handle(tx, [envelope.read(letter.payload)])
        await dead_letters.mark_replayed(tx, letter.id)

    async def _take_in_one_by_one(self, records: Sequence[Record]) -> None:
        async with self._database.transaction(SYSTEM) as tx:
            for record in records:
                try:
                    async with tx.begin_nested():
                        await self._handle(tx, [envelope.read(record.body, record.type)])
                except Exception as error:
                    if is_transient(error):
                        raise
                    await self._bury(tx, record, error)

    async def _handle(self, tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
        new = await inbox.take(tx, [event.id for event in events])
        fresh = []
        for event in events:
            if event.id in new:
                new.remove(event.id)  # the same event may stand twice in one batch
                fresh.append(event)
            else:
                self._metrics.consumed.labels(event.type, "duplicate").inc()
        await self._dispatch(tx, fresh)

    async def _dispatch(self, tx: AsyncConnection, events: Sequence[Event[Any]]) -> None:
        for group in in_order(events, lambda event: self._subscriptions.get(event.type)):
            handler = self._subscriptions.get(group[0].type)
            if handler is None:
                continue
            begun = time.perf_counter()
            with _traced(group) as traced:
                await handler(tx, traced)
            self._metrics.handling.labels(group[0].type).observe(time.perf_counter() - begun)
            for event in group:
                self._metrics.consumed.labels(event.type, "handled").inc()

    async def _bury(self, tx: AsyncConnection, record: Record, error: Exception) -> None:
        LOG.error(
            "event parked as a dead letter",
            topic=record.topic,
            partition=record.partition,
            position=record.position,
            type=record.type,
            exc_info=error,
        )
        reason = f"{type(error).__name__}: {error}"
        await dead_letters.add(
            tx,
            topic=record.topic,
            partition=record.partition,
            position=record.position,
            type_=record.type,
            payload=record.body,
            reason=reason,
        )
        self._metrics.dead_letters.inc()
        self._metrics.consumed.labels(record.type or "unknown", "dead").inc()


def in_order(events: Iterable[Event[Any]], kind: Callable[[Event[Any]], object]) -> list[list[Event[Any]]]:
    """Group events by kind, into few groups, so that the events of one key keep their order over the groups."""
    groups: list[list[Event[Any]]] = []
    kinds: list[object] = []
    latest: dict[str, int] = {}
    for event in events:
        this, earliest = kind(event), latest.get(event.key, 0)
        place = next((i for i in range(earliest, len(groups)) if kinds[i] == this), len(groups))
        if place == len(groups):
            groups.append([])
            kinds.append(this)
        groups[place].append(event)
        latest[event.key] = place
    return groups


@contextmanager
def _traced(events: Sequence[Event[Any]]) -> Iterator[Sequence[Event[Any]]]:
    """A span per event, continuing its trace; what the handler says of an event continues that span in turn."""
    with ExitStack() as spans:
        yield [_continued(event, spans) for event in events]


def _continued(event: Event[Any], spans: ExitStack) -> Event[Any]:
    trace = continued_trace(f"handle {event.type}", event.traceparent, SpanKind.CONSUMER, event_id=str(event.id))
    return replace(event, traceparent=spans.enter_context(trace))
