import asyncio
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from pydantic import BaseModel, Field, WithJsonSchema

from services.notifications.api.callers import Subscriber
from services.notifications.api.feed_poll import FeedPoll
from services.notifications.api.stream import Streams, wants_stream
from shared.auth import Caller
from shared.contracts.registry import FACTS
from shared.paging import MOST, USUAL
from shared.problems import Gone
from shared.web import api_router

router = api_router("events")

LONGEST_WAIT = 30
LAST_POSITION = 2**63 - 1
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    Gone.status: {},
}


class FeedBody(BaseModel):
    items: Annotated[list[dict[str, Any]], Field(description="CloudEvents 1.0, byte for byte as webhooks carry them")]
    next: Annotated[
        int, Field(description="`after` of the next request; the same as in this one if nothing was left to look at")
    ]


class EventTypeBody(BaseModel):
    type: str
    topic: str
    producer: str


class EventTypesBody(BaseModel):
    items: list[EventTypeBody]


@router.get("/events", responses=ANSWERS, response_model=FeedBody)
async def list_events(
    caller: Subscriber,
    request: Request,
    after: Annotated[
        int,
        Query(ge=0, le=LAST_POSITION, description="`next` of the answer before; 0 for the beginning of what is kept"),
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Events at the most")] = USUAL,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an event if there is none")] = 0,
    last_event_id: Annotated[
        int | None,
        Header(ge=0, le=LAST_POSITION, description="For a stream: where the one before ended; counts before `after`"),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": LAST_POSITION}),
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Everything that you are entitled to, in one order for ever: to catch up, or instead of webhooks.

    As pages; or, where `Accept` names `text/event-stream`, as server-sent events: one for each entry, its `data` the
    CloudEvent and its `id` the position to go on from, which browsers send as `Last-Event-ID` by themselves. A quiet
    stream says every 15 seconds how far it is; each ends after 15 minutes, and whoever reads on connects again.

    A page may be short, or empty, though more follows: what is for others is passed over a part at a time. `next` leads
    on; you are at the end once it stays the same.

    410 `gone` for a position after which something was forgotten since: you would miss it without knowing.
    """
    if wants_stream(accept):
        begin = after if last_event_id is None else last_event_id
        await _poll(request).require_kept(begin)  # once a stream has begun, it could only break off
        return _streams(request).stream(caller, begin)
    page = await _poll(request).read(caller, after, limit, wait)
    # The stored bytes go out as they are, so that what was signed once can be compared.
    return Response(b'{"items":[%b],"next":%d}' % (b",".join(page.bodies), page.next), media_type="application/json")


@router.get("/event-types")
async def list_event_types(_: Caller) -> EventTypesBody:
    """Every type of event that there is."""
    declared = [fact.DECLARED for fact in FACTS.values()]
    return EventTypesBody(
        items=[EventTypeBody(type=one.type, topic=one.topic, producer=one.producer) for one in declared]
    )


def _poll(request: Request) -> FeedPoll:
    return _streams(request).poll


def _streams(request: Request) -> Streams:
    """Those of this process: all who wait share one listening connection, and are counted."""
    state = request.app.state
    if not hasattr(state, "streams"):
        stopping = getattr(request.state, "stopping", asyncio.Event())
        state.streams = Streams(FeedPoll(state.database, stopping))
    streams: Streams = state.streams
    return streams
