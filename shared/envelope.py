"""How a fact is written down: CloudEvents 1.0, structured JSON.

The same bytes are the outbox payload, the Kafka value, the feed entry and the webhook's body, so that one signature
holds everywhere. Extensions: `partitionkey`, `sequence` (the aggregate's version, padded so that text order is number
order) and `traceparent`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json

from shared import clock, ids
from shared.contracts.registry import FACTS, Fact
from shared.named_ids import id_from

CONTENT_TYPE = "application/cloudevents+json"

F = TypeVar("F")


@dataclass(frozen=True, kw_only=True)
class CloudEvent(Generic[F]):
    """The wire format, attribute by attribute."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    """The same on every delivery: what to recognise a duplicate by."""
    source: str
    """The service that says it."""
    type: str
    subject: str
    """Id of what it happened to."""
    time: datetime
    """When it was written down, in UTC."""
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str
    """The Kafka key: events with the same key arrive in their order."""
    sequence: str
    """The subject's version after it happened, padded so that text order is number order."""
    traceparent: str
    """W3C Trace Context; a trace of zeros when nothing was traced."""
    data: F


@dataclass(frozen=True, kw_only=True)
class Event(Generic[F]):
    """A fact as it travels, with the exact bytes."""

    id: UUID
    type: str
    subject: str
    key: str
    time: datetime
    traceparent: str
    data: F
    body: bytes


class UnreadableEventError(ValueError):
    """Not a CloudEvent, of an unknown type, or data that the type does not allow."""


def write(fact: Fact, traceparent: str, cause: UUID | None = None) -> Event[Any]:
    """Put a fact into its envelope; what an event causes has the same id each time that event is heard."""
    declared = fact.DECLARED
    subject = str(getattr(fact, declared.subject))
    event = CloudEvent(
        id=id_from(cause, declared.type, subject, fact.version) if cause else ids.new_id(),
        source=declared.source,
        type=declared.type,
        subject=subject,
        time=clock.now(),
        partitionkey=str(getattr(fact, declared.key)),
        sequence=f"{fact.version:010d}",
        traceparent=traceparent,
        data=fact,
    )
    return _opened(event, _adapter(declared.type).dump_json(event))


def read(body: bytes, type_: str | None = None) -> Event[Any]:
    """Open an envelope; the type may be given, as Kafka's `ce_type` header does, to save a look inside."""
    try:
        known = type_ or from_json(body)["type"]
        event = _adapter(known).validate_json(body)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableEventError(str(error)) from error
    if event.type != known:
        raise UnreadableEventError(f"announced as {known}, but the envelope says {event.type}")
    return _opened(event, body)


def headers(event_id: str, type_: str, traceparent: str) -> list[tuple[str, bytes]]:
    """What Kafka's record headers repeat, so that nobody has to parse to route or trace."""
    return [
        ("content-type", CONTENT_TYPE.encode()),
        ("ce_id", event_id.encode()),
        ("ce_type", type_.encode()),
        ("traceparent", traceparent.encode()),
    ]


def _opened(event: CloudEvent[Any], body: bytes) -> Event[Any]:
    return Event(
        id=event.id,
        type=event.type,
        subject=event.subject,
        key=event.partitionkey,
        time=event.time,
        traceparent=event.traceparent,
        data=event.data,
        body=body,
    )


@cache
def _adapter(type_: str) -> TypeAdapter[CloudEvent[Any]]:
    return TypeAdapter(CloudEvent[FACTS[type_]])  # type: ignore[valid-type]  # which one is known at run time only
