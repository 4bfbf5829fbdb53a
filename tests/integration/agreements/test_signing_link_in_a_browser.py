"""The page behind a signing link in a real Chromium: what axe finds, the keyboard, two clicks, and the policy."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from shared.service import Running
from tests.integration.agreements.abroad import complement_drafted, completed, read
from tests.integration.agreements.conftest import AGREEMENTS, World, answered
from tests.integration.agreements.test_agreement_contents import PLAN, RICH, U3
from tests.integration.agreements.test_signing_link_pages import page_of, signatures_of
from tests.integration.agreements.test_signing_links import FOR_GUARDIAN, drafted_for_a_minor, linked
from tests.support.builders.agreement_bodies import learning_agreement_body, unit_abroad_body
from tests.support.chromium import NEEDS_CHROMIUM, expect_nothing_wrong_light_or_dark, running_chromium
from tests.support.streaming import served_api

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, NEEDS_CHROMIUM]


@dataclass(frozen=True)
class Visit:
    page: Page
    url: str

    async def open(self, link: dict[str, Any]) -> None:
        await self.page.goto(self.url + page_of(link))

    @property
    def sign(self) -> Any:
        return self.page.get_by_role("button", name="Sign")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with running_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def visit(agreements: Running, chromium: Browser) -> AsyncIterator[Visit]:
    async with served_api(agreements) as served, await chromium.new_context() as context:
        yield Visit(await context.new_page(), str(served.http.base_url).rstrip("/"))


async def rich_agreement(world: World) -> dict[str, Any]:
    learner, memorandum = await world.registered_learner(), await world.shared_memorandum()
    body = learning_agreement_body(
        learner["learner_id"], memorandum, **RICH, units=[unit_abroad_body(U3, recognition=PLAN)]
    )
    return answered(await world.home().post(AGREEMENTS, body), 201)


async def test_axe_finds_nothing_against_wcag_2_2_aa_from_the_link_to_the_signature(world: World, visit: Visit):
    link = await linked(world, await rich_agreement(world))
    await visit.open(link)
    await expect(visit.sign).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)
    await visit.sign.click()
    await expect(visit.page.get_by_role("heading", name="Signed")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)
    await visit.open(link)
    await expect(visit.page.get_by_role("heading", name="This link was used")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)


async def test_axe_finds_nothing_on_a_complement_and_where_the_guardian_has_to_wait(world: World, visit: Visit):
    agreement = await completed(world)
    await complement_drafted(world, agreement)
    await visit.open(await linked(world, await read(world, agreement)))
    await expect_nothing_wrong_light_or_dark(visit.page)
    await visit.open(await linked(world, await drafted_for_a_minor(world), FOR_GUARDIAN))
    await expect(visit.page.get_by_text("The learner signs first.")).to_be_visible()
    await expect_nothing_wrong_light_or_dark(visit.page)


async def test_two_clicks_and_a_reload_show_the_one_signature(world: World, visit: Visit):
    drafted = await world.drafted_agreement()
    await visit.open(await linked(world, drafted))
    await visit.sign.dblclick()
    await expect(visit.page.get_by_role("heading", name="Signed")).to_be_visible()
    await visit.page.reload()
    await expect(visit.page.get_by_role("heading", name="Signed")).to_be_visible()
    assert await signatures_of(world, drafted) == ["learner"]


async def test_it_is_signed_by_keyboard_and_breaks_no_policy(world: World, visit: Visit):
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    await visit.open(await linked(world, await rich_agreement(world)))
    await visit.page.keyboard.press("Tab")
    await expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(20):
        await visit.page.keyboard.press("Tab")
        if await visit.sign.evaluate("button => button === document.activeElement"):
            break
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("heading", name="Signed")).to_be_visible()
    assert [text for text in said if "Content Security Policy" in text] == []
