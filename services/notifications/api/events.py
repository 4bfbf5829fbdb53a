from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from services.notifications.api.feed_poll import FeedPoll
from services.notifications.api.subscriptions import Subscriber
from shared.auth import Caller
from shared.contracts.registry import FACTS
from shared.paging import MOST, USUAL
from shared.web import api_router

router = api_router("events")

LONGEST_WAIT = 30
LAST_POSITION = 2**63 - 1


class FeedBody(BaseModel):
    items: Annotated[list[dict[str, Any]], Field(description="CloudEvents 1.0, byte for byte as webhooks carry them")]
    next: Annotated[int, Field(description="`after` of the next request; the feed never ends")]


class EventTypeBody(BaseModel):
    type: str
    topic: str
    producer: str


class EventTypesBody(BaseModel):
    items: list[EventTypeBody]


@router.get("/events", response_model=FeedBody)
async def list_events(
    caller: Subscriber,
    request: Request,
    after: Annotated[
        int, Query(ge=0, le=LAST_POSITION, description="`next` of the answer before; 0 for the beginning")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Events at the most")] = USUAL,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an event if there is none")] = 0,
) -> Response:
    """Everything that you are entitled to, in one order for ever: to catch up, or instead of webhooks."""
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
    state = request.app.state
    if not hasattr(state, "feed_poll"):
        state.feed_poll = FeedPoll(state.database)
    poll: FeedPoll = state.feed_poll
    return poll
