"""The pages in a real Chromium: what axe finds, the keyboard, and the session of a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from services.notifications.delivery import Deliverer
from services.notifications.settings import Settings
from shared.auth import Principal
from shared.service import Running
from tests.support.browsing import token
from tests.support.chromium import NEEDS_CHROMIUM, expect_nothing_wrong_light_or_dark, running_chromium
from tests.support.notifications import deliveries_of, hear, review, somebody, subscribe
from tests.support.streaming import served_api
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, NEEDS_CHROMIUM]


@dataclass(frozen=True)
class Visit:
    page: Page
    url: str
    home: Principal

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.url}/pages/{path}")

    async def sign_in(self) -> None:
        await self.enter(token(self.home))
        await expect(self.page).to_have_url(f"{self.url}/pages/subscriptions")

    async def enter(self, given: str) -> None:
        await self.open("session")
        await self.page.get_by_label("Access token").fill(given)
        await self.page.get_by_role("button", name="Sign in").click()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with running_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def visit(running: Running, chromium: Browser) -> AsyncIterator[Visit]:
    async with served_api(running) as served, await chromium.new_context() as context:
        yield Visit(await context.new_page(), str(served.http.base_url).rstrip("/"), somebody())


@pytest_asyncio.fixture(loop_scope="session")
async def paths(
    running: Running, visit: Visit, receiver: WebhookReceiver, settings: Settings, deliverer: Deliverer
) -> list[str]:
    """A page of each kind, with something on it."""
    subscription, _ = await subscribe(running, visit.home, receiver.url, settings=settings)
    await hear(running, *(review(visit.home.org) for _ in range(3)))
    receiver.replies += [Reply(400, body=b"We do not know this learner.")]
    await deliverer.run(running)
    dead = next(one for one in await deliveries_of(running, subscription) if one.state == "dead_letter")
    return [
        "session",
        "subscriptions",
        f"subscriptions/{subscription.id}",
        f"subscriptions/{subscription.id}?told=tested",
        "deliveries",
        f"deliveries?subscription_id={subscription.id}&state=dead_letter",
        f"deliveries/{dead.id}",
        f"deliveries/{subscription.id}",
    ]


async def test_axe_finds_nothing_against_wcag_2_2_aa_on_any_page_light_or_dark(visit: Visit, paths: list[str]):
    await visit.sign_in()
    for path in paths:
        await visit.open(path)
        await expect_nothing_wrong_light_or_dark(visit.page)


async def test_axe_finds_nothing_on_pages_that_have_nothing_to_show(running: Running, visit: Visit):
    await visit.sign_in()
    for path in ("subscriptions", "deliveries"):
        await visit.open(path)
        await expect(visit.page.get_by_role("table")).to_have_count(0)
        await expect_nothing_wrong_light_or_dark(visit.page)
    subscription, _ = await subscribe(running, visit.home)
    await visit.open(f"subscriptions/{subscription.id}")
    await expect_nothing_wrong_light_or_dark(visit.page)
    await hear(running, review(visit.home.org))
    [queued] = await deliveries_of(running, subscription)
    await visit.open(f"deliveries/{queued.id}")
    await expect(visit.page.get_by_text("None yet.")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)


async def test_axe_finds_nothing_on_refusals(visit: Visit, paths: list[str], owner: psycopg.AsyncConnection):
    await visit.enter("nonsense")
    await expect(visit.page.get_by_role("alert")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)

    await visit.sign_in()
    await visit.open("deliveries?state=x")
    await expect(visit.page.get_by_role("heading", name="Something in the request")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)

    await visit.open(paths[2])
    await owner.execute("UPDATE subscriptions SET version = version + 1")
    await visit.page.get_by_role("button", name="Send a test").click()
    await expect(visit.page.get_by_text("read the page again")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)

    await replace(visit, home=somebody("examiner")).sign_in()
    await expect(visit.page.get_by_role("heading", name="Your roles do not allow this")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)


async def test_a_dead_letter_is_sent_again(visit: Visit, paths: list[str], deliverer: Deliverer, running: Running):
    await visit.sign_in()
    await visit.open(paths[5])
    await visit.page.get_by_role("row").nth(1).get_by_role("link").click()
    await visit.page.get_by_role("button", name="Send it again").click()
    await expect(visit.page.get_by_role("status")).to_contain_text("queued again")
    await deliverer.run(running)
    await visit.page.reload()
    await expect(visit.page.get_by_role("row", name="State delivered")).to_be_visible()
    await expect(visit.page.get_by_role("heading", level=3)).to_have_count(2)


async def test_everything_can_be_reached_and_done_by_keyboard(visit: Visit, paths: list[str]):
    await visit.sign_in()
    await visit.open(paths[2])
    await visit.page.keyboard.press("Tab")
    await expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    send = visit.page.get_by_role("button", name="Send a test")
    for _ in range(20):
        await visit.page.keyboard.press("Tab")
        if await send.evaluate("button => button === document.activeElement"):
            break
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("status")).to_contain_text("A test was sent")


async def test_the_browser_finds_no_breach_of_the_policy_and_forgets_the_session(visit: Visit, paths: list[str]):
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    await visit.sign_in()
    for path in paths:
        await visit.open(path)
    assert [text for text in said if "Content Security Policy" in text] == []
    await visit.open("subscriptions")
    assert await visit.page.evaluate("document.cookie") == ""
    await visit.page.get_by_role("button", name="Sign out").click()
    await visit.open("subscriptions")
    await expect(visit.page).to_have_url(f"{visit.url}/pages/session?then=subscriptions")
