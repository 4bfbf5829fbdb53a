"""What a competent body does with webhooks and the feed, by HTTP alone, while learners come home and things break."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from standardwebhooks import Webhook

from deploy.local.demo.client import Actor, Client, Resource, until
from deploy.local.demo.story import Story
from shared.db import SYSTEM
from tests.support.exactly_once import RECOGNISED, play
from tests.support.journeys import refusal
from tests.support.stage import Stage
from tests.support.webhook_receiver import Received, Reply, WebhookReceiver

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

SUBSCRIPTIONS = "/v1/subscriptions"
PINGED = "acquis.subscription.pinged.v1"
BYPASSES = (
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://localhost./",
    "https://school.example:22/",
    "https://someone@school.example/",
    "http://school.example/",
)


@dataclass
class CompetentBody:
    """Its own system: what it was told when it subscribed, and what its endpoint got."""

    client: Client
    who: Actor
    endpoint: WebhookReceiver
    subscription: Resource

    @classmethod
    async def subscribed(cls, stage: Stage, who: Actor) -> Self:
        client = stage.client.with_key("the system of a competent body")
        wanted = {"url": stage.endpoint.url, "scope": {"countries": ["MT"]}}
        return cls(client, who, stage.endpoint, await client.post(who, SUBSCRIPTIONS, wanted))

    async def act(self, what: str) -> Resource:
        self.subscription = await self.client.post(self.who, f"{self._path}/{what}", to=self.subscription)
        return self.subscription

    async def verify(self) -> None:
        """Until the endpoint has answered the ping."""
        await self.act("verification")

        async def active() -> Resource | None:
            found = await self.client.get(self.who, self._path)
            return found if found["state"] == "active" else None

        self.subscription = await until(active)

    async def deliveries(self, state: str) -> list[dict[str, Any]]:
        listed = f"/v1/deliveries?subscription_id={self.subscription['subscription_id']}&state={state}"
        return list((await self.client.get(self.who, listed))["items"])

    def got(self) -> dict[str, Any]:
        """Each event once, however often it came: the bytes of one `webhook-id` are always the same."""
        bodies = {(came.headers["webhook-id"], came.body) for came in self.endpoint.received}
        events = {webhook_id: json.loads(body) for webhook_id, body in bodies}
        assert len(bodies) == len(events)
        assert all(webhook_id == event["id"] for webhook_id, event in events.items())
        return {webhook_id: event for webhook_id, event in events.items() if event["type"] != PINGED}

    async def hear_of(self, story: Story) -> None:
        """Until there was a webhook about the learner's credit."""
        credit = (RECOGNISED, str(story.told.learner_id))
        await self._until(lambda got: credit in {(one["type"], one["data"].get("learner_id")) for one in got.values()})

    async def hear_all(self) -> None:
        """Until everything has come that the feed has since the subscription became active."""
        feed = await feed_of(self.client, self.who)
        active = [event["subject"] for event in feed.values()].index(self.subscription["subscription_id"])
        await self._until(lambda got: got.keys() >= {*[*feed][active:]})

    async def _until(self, enough: Callable[[dict[str, Any]], bool]) -> None:
        async def came() -> bool:
            return enough(self.got())

        await until(came)

    @property
    def _path(self) -> str:
        return f"{SUBSCRIPTIONS}/{self.subscription['subscription_id']}"


async def feed_of(client: Client, who: Actor) -> dict[str, Any]:
    """All that is kept, from zero: by id, in its order."""
    found: dict[str, Any] = {}
    after = 0
    while (page := await client.get(who, f"/v1/events?after={after}&limit=200"))["items"]:
        found |= {event["id"]: event for event in page["items"]}
        after = page["next"]
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def council(stage: Stage) -> Actor:
    """Malta's, to which the story has granted its country."""
    return (await stage.story()).told.council()


async def make_all_due(stage: Stage) -> None:
    """What would else wait for its next attempt, or until the lease of a worker that died ends."""
    due = "UPDATE deliveries SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL"
    async with stage.services.services["notifications"].database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text(due))


def verify_all(received: list[Received], secret: str) -> None:
    assert received
    for came in received:
        assert Webhook(secret).verify(came.body, came.headers) == json.loads(came.body)


async def kill_the_worker_between_post_and_record(stage: Stage, body: CompetentBody) -> None:
    before, never = len(body.endpoint.received), asyncio.Event()
    body.endpoint.replies.append(Reply(after=never))
    story = await play(await stage.story())
    cut_off = (await body.endpoint.wait_for(before + 1))[before].headers["webhook-id"]
    await stage.processes["notifications work"].kill()
    never.set()
    await stage.processes["notifications work"].start()
    await make_all_due(stage)
    await body.hear_of(story)

    async def came_again() -> bool:
        return [came.headers["webhook-id"] for came in body.endpoint.received].count(cut_off) == 2

    await until(came_again)


async def test_a_competent_body_hears_each_event_whatever_breaks(stage: Stage, council: Actor):
    body = await CompetentBody.subscribed(stage, council)
    secret = body.subscription["secret"]
    async with body.endpoint.listening():
        await body.verify()
        await body.hear_of(await play(await stage.story()))
        await kill_the_worker_between_post_and_record(stage, body)

    while_it_was_away = await play(await stage.story())
    await until(lambda: body.deliveries("retry"))
    async with body.endpoint.listening():
        await make_all_due(stage)
        await body.hear_of(while_it_was_away)

        rotated = await body.act("secret-rotation")
        signed_with_both = len(body.endpoint.received)
        await body.hear_of(await play(await stage.story()))
        await body.hear_all()
    verify_all(body.endpoint.received, secret)
    verify_all(body.endpoint.received[signed_with_both:], rotated["secret"])
    feed = await feed_of(body.client, council)
    assert body.got() == {event_id: feed[event_id] for event_id in body.got()}
    assert await body.deliveries("dead_letter") == []
    await body.act("pause")


async def test_what_nobody_granted_is_not_heard_and_where_nobody_may_send_is_refused(stage: Stage, council: Actor):
    await play(await stage.story())
    client = stage.client.with_key("somebody curious")
    for countries in (["FR"], ["MT", "FR"]):
        wanted = {"url": stage.endpoint.url, "scope": {"countries": countries}}
        assert await refusal(client.post(council, SUBSCRIPTIONS, wanted)) == "scope-not-granted"
    for url in BYPASSES:
        assert await refusal(client.post(council, SUBSCRIPTIONS, {"url": url})) == "target-not-allowed", url
    ungranted = Actor("council-fr", ("competent_body",), org=uuid4(), countries=("FR", "MT"))
    read = await feed_of(client, ungranted)
    assert read
    assert not [event for event in read.values() if "learner_id" in event["data"]]
