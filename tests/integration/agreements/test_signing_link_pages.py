"""Who was sent a signing link opens it in a browser, reads what is to be signed, and signs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
import time_machine
from structlog.testing import capture_logs

from services.agreements.api import signing_links
from services.agreements.tables import INSTITUTIONS, QUALIFICATIONS
from shared.db import SYSTEM
from shared.service import Running
from shared.token_buckets import TokenBuckets
from tests.integration.agreements.abroad import LONGER, complement_drafted, completed, extended, read, started
from tests.integration.agreements.conftest import AGREEMENTS, World, answered, step
from tests.integration.agreements.test_agreement_contents import PLAN, RICH, U3
from tests.integration.agreements.test_signing_links import (
    FOR_GUARDIAN,
    FOR_LEARNER,
    drafted_for_a_minor,
    linked,
    links_of,
    sign,
)
from tests.support.browsing import SAME_ORIGIN, Browser
from tests.support.builders.agreement_bodies import learning_agreement_body, seen, unit_abroad_body
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA, MALTA_ICT

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

OTHERWISE = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}|20[0-9]{2}-[0-9]{2}-[0-9]{2}|it")
"""Ids, days and codes of languages, which stand on a page in words."""


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have asked for from this address is not held against this one."""
    monkeypatch.setattr(signing_links, "PER_ADDRESS", TokenBuckets(120))


def page_of(link: dict[str, Any]) -> str:
    """Where the service has it, which an ingress has under the service's name."""
    path: str = link["page"]
    assert path.startswith("/agreements/pages/signing-links/")
    return path.removeprefix("/agreements")


def read_on(page: httpx2.Response) -> str:
    """As a person reads it."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", page.text.partition("</style>")[2])).split())


def heading(page: httpx2.Response) -> str:
    [words] = re.findall("<h1>(.*?)</h1>", page.text)
    return unescape(words)


async def signatures_of(world: World, agreement: dict[str, Any]) -> list[str]:
    return [one["side"] for one in (await read(world, agreement))["signatures"]]


async def test_who_opens_the_page_reads_in_words_what_is_to_be_signed_and_signs_it(world: World):
    drafted = await world.drafted_agreement()
    link, browser = await linked(world, drafted), Browser(world.http)
    page = await browser.open(page_of(link))
    shown, unit = read_on(page), MALTA_ICT.units[2]
    assert (page.status_code, heading(page)) == (200, "Sign the learning agreement")
    for words in (MALTA.name, ITALY.name, unit.title["en"], unit.outcomes[0].statement["en"], "2 March 2026", "Marija"):
        assert words in shown
    assert f"Version 1 of learning agreement {drafted['learning_agreement_id']}" in shown
    assert drafted["content_hash"] in shown
    assert "Nobody yet." in shown
    signed = await browser.send_form(page, "Sign")
    assert (signed.status_code, heading(signed)) == (200, "Signed")
    assert (await browser.open(str(signed.url))).text == signed.text
    assert await signatures_of(world, drafted) == ["learner"]


async def test_whoever_sends_no_accept_header_of_a_browser_gets_what_the_api_always_answered(world: World):
    link = await linked(world, await world.drafted_agreement())
    for accept in ("*/*", "application/json", "text/html"):
        response = await world.http.get(link["path"], headers={"Accept": accept})
        assert response.headers["content-type"] == "application/json"


async def test_what_mail_programs_add_to_an_address_is_no_obstacle(world: World):
    link, browser = await linked(world, await world.drafted_agreement()), Browser(world.http)
    page = await browser.open(f"{page_of(link)}?utm_source=mail&fbclid=IwAR0")
    assert heading(await browser.send_form(page, "Sign")) == "Signed"


async def test_all_that_is_signed_is_shown(world: World):
    learner, memorandum = await world.registered_learner(), await world.shared_memorandum()
    unit = unit_abroad_body(U3, automatic=False, alternative="An exam.", recognition=PLAN)
    body = learning_agreement_body(learner["learner_id"], memorandum, **RICH, units=[unit])
    link = await linked(world, answered(await world.home().post(AGREEMENTS, body), 201))
    shown = read_on(await Browser(world.http).open(page_of(link)))
    written = [leaf.replace("_", " ") for leaf in leaves(RICH | {"plan": PLAN}) if not OTHERWISE.fullmatch(leaf)]
    assert len(written) > 20
    for words in (*written, "An exam.", "Italian, level B1", ITALY_REGION.name, "26 March 2026", "31 May 2026"):
        assert words.lower() in shown.lower(), words


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for one in value for leaf in leaves(one)] if isinstance(value, list) else [str(value)]


async def test_what_has_no_title_here_is_shown_by_its_id(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    async with untitled(agreements):
        page = await Browser(world.http).open(page_of(link))
    assert page.status_code == 200
    for id_ in (drafted["home_id"], drafted["qualification_id"], drafted["units"][0]["outcomes"][0]["host_outcome_id"]):
        assert f"<code>{id_}</code>" in page.text


@asynccontextmanager
async def untitled(agreements: Running) -> AsyncIterator[None]:
    """As if nothing of the catalogue had been heard since the version before."""
    async with agreements.database.transaction(SYSTEM) as tx:
        names = (await tx.execute(sa.select(INSTITUTIONS.c.id, INSTITUTIONS.c.name))).all()
        titles = (
            await tx.execute(sa.select(QUALIFICATIONS.c.id, QUALIFICATIONS.c.version, QUALIFICATIONS.c.titles))
        ).all()
        await tx.execute(sa.update(INSTITUTIONS).values(name=None))
        await tx.execute(sa.update(QUALIFICATIONS).values(titles={}))
    yield
    async with agreements.database.transaction(SYSTEM) as tx:
        for id_, name in names:
            await tx.execute(sa.update(INSTITUTIONS).where(INSTITUTIONS.c.id == id_).values(name=name))
        for id_, version, words in titles:
            this = sa.and_(QUALIFICATIONS.c.id == id_, QUALIFICATIONS.c.version == version)
            await tx.execute(sa.update(QUALIFICATIONS).where(this).values(titles=words))


async def test_of_two_clicks_at_once_both_see_the_one_signature(world: World):
    drafted = await world.drafted_agreement()
    link, browser = await linked(world, drafted), Browser(world.http)
    page, other = [await browser.open(page_of(link)) for _ in range(2)]
    clicks = await asyncio.gather(*(browser.send_form(page, "Sign") for _ in range(2)))
    again = await browser.send_form(page, "Sign")
    assert {(click.status_code, click.text) for click in (*clicks, again)} == {(200, again.text)}
    assert heading(again) == "Signed"
    assert await signatures_of(world, drafted) == ["learner"]
    late = await browser.send_form(other, "Sign")
    assert (late.status_code, heading(late)) == (410, "This link was used")


async def test_a_signature_is_bound_to_what_the_page_showed(world: World):
    drafted = await world.drafted_agreement()
    link, browser = await linked(world, drafted), Browser(world.http)
    page = await browser.open(page_of(link))
    for fields in ({"hash": "0" * 64}, {"version": "2"}, {"version": "x"}, {"key": ""}):
        refused = await browser.send_form(page, "Sign", **fields)
        assert refused.status_code in {409, 422}, fields
        assert "again" in read_on(refused)
    assert await signatures_of(world, drafted) == []


async def test_a_form_of_another_site_signs_nothing(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    page = await Browser(world.http).open(page_of(link))
    elsewhere = Browser(world.http, headers={"Sec-Fetch-Site": "cross-site"})
    assert (await elsewhere.send_form(page, "Sign")).status_code == 403
    assert await signatures_of(world, drafted) == []


async def test_who_comes_too_late_reads_why_and_what_to_do(world: World):
    drafted, browser = await world.drafted_agreement(), Browser(world.http)
    used, revoked, outdated, expired = [await linked(world, drafted) for _ in range(4)]
    page = await browser.open(page_of(expired))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=73)):
        for late in (await browser.open(page_of(expired)), await browser.send_form(page, "Sign")):
            assert (late.status_code, heading(late)) == (410, "The time of this link is over")
            assert "Ask your school for a new link." in read_on(late)
    answered(await world.home().post(f"{links_of(drafted)}/{revoked['link_id']}/revocation", version=1))
    answered(await sign(world, used))
    for link, title in (
        (used, "This link was used"),
        (revoked, "This link was taken back"),
        (outdated, "This link is out of date"),
    ):
        late = await browser.open(page_of(link))
        assert (late.status_code, heading(late)) == (410, title)
        assert "your school" in read_on(late)


async def test_an_address_that_is_none_is_not_known(world: World):
    browser = Browser(world.http)
    for secret in ("x" * 43, str(uuid4()), "%00", "ż" * 43):
        for path in (f"/pages/signing-links/{secret}", f"/pages/signing-links/{secret}/signature"):
            unknown = await browser.open(path)
            assert (unknown.status_code, heading(unknown)) == (404, "This link is not known")
    unsent = await world.http.post(path, headers=SAME_ORIGIN, data={"version": "1", "hash": "0", "key": "x"})
    assert (unsent.status_code, heading(unsent)) == (404, "This link is not known")


async def test_before_the_signature_its_page_leads_back_to_what_is_to_be_signed(world: World):
    link = await linked(world, await world.drafted_agreement())
    page = await Browser(world.http).open(f"{page_of(link)}/signature")
    assert heading(page) == "Sign the learning agreement"


async def test_the_guardian_is_asked_to_wait_for_the_learner_and_signs_then(world: World):
    drafted, browser = await drafted_for_a_minor(world), Browser(world.http)
    for_learner, for_guardian = [await linked(world, drafted, side) for side in (FOR_LEARNER, FOR_GUARDIAN)]
    early = await browser.open(page_of(for_guardian))
    assert "The learner signs first." in read_on(early)
    assert "<button>" not in early.text
    form = {"version": "1", "hash": drafted["content_hash"], "key": str(uuid4())}
    forced = await world.http.post(f"{page_of(for_guardian)}/signature", headers=SAME_ORIGIN, data=form)
    assert (forced.status_code, heading(forced)) == (409, "This cannot be signed now")
    await browser.send_form(await browser.open(page_of(for_learner)), "Sign")
    page = await browser.open(page_of(for_guardian))
    assert "You sign as the learner's guardian." in read_on(page)
    assert "The learner: 20" in read_on(page)
    assert "The guardian's signature was given" in read_on(await browser.send_form(page, "Sign"))
    assert await signatures_of(world, drafted) == ["learner", "guardian"]


async def test_a_change_and_a_complement_are_signed_on_the_page_too(world: World):
    browser = Browser(world.http)
    changed = await extended(world, await started(world))
    page = await browser.open(page_of(await linked(world, changed)))
    assert heading(page) == "Sign the changed learning agreement"
    assert f"{datetime.fromisoformat(LONGER).day} April 2026" in read_on(page)
    assert heading(await browser.send_form(page, "Sign")) == "Signed"
    agreement = await completed(world)
    drafted = await complement_drafted(world, agreement)
    page = await browser.open(page_of(await linked(world, await read(world, agreement))))
    assert heading(page) == "Sign the complement to the learning agreement"
    for words in (drafted["programme"], *drafted["tasks"], "A checklist", "120", "27 March 2026"):
        assert words in read_on(page)
    assert heading(await browser.send_form(page, "Sign")) == "Signed"


async def test_who_has_signed_before_stands_on_the_page_without_names(world: World):
    agreement = await completed(world)
    drafted = await complement_drafted(world, agreement)
    await step(world.host(), drafted, "complement/signatures", seen(drafted))
    page = await Browser(world.http).open(page_of(await linked(world, await read(world, agreement))))
    assert "The host abroad: 20" in read_on(page)
    for text in ("Zammit", "2005", "coordinator", "signatory"):
        assert text not in page.text


async def test_page_and_api_share_their_limits(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signing_links, "PER_LINK", TokenBuckets(2))
    monkeypatch.setattr(signing_links, "PER_ADDRESS", TokenBuckets(1000))
    link, browser = await linked(world, await world.drafted_agreement()), Browser(world.http)
    page = await browser.open(page_of(link))
    answered(await world.http.get(link["path"]))
    refused = await browser.send_form(page, "Sign")
    assert (refused.status_code, heading(refused)) == (429, "Too many visits at once")
    assert f"Wait {refused.headers['retry-after']} seconds" in read_on(refused)


async def test_no_page_is_kept_or_tells_its_address_to_others_and_nothing_runs_on_it(world: World):
    link, browser = await linked(world, await world.drafted_agreement()), Browser(world.http)
    page = await browser.open(page_of(link))
    for answer in (page, await browser.send_form(page, "Sign"), await browser.open(page_of(link))):
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert "default-src 'none'; style-src 'sha256-" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert '<html lang="en">' in answer.text


async def test_the_secret_is_in_no_log_and_the_audit_log_names_what_was_done_without_it(world: World):
    drafted = await world.drafted_agreement()
    link, browser = await linked(world, drafted), Browser(world.http)
    with capture_logs() as logged:
        page = await browser.open(page_of(link))
        for _ in range(2):
            await browser.send_form(page, "Sign")
        gone = await browser.open(page_of(link))
    assert link["secret"] not in str(logged) + gone.text
    who = {"subject": f"signing-link:{link['link_id']}"}
    [entry] = answered(await world.home("coordinator").get("/v1/agreements-audit-entries", **who))["items"]
    assert (entry["operation"], entry["learner_id"]) == ("sign_on_page", drafted["learner_id"])
    assert entry["resource"] == "/pages/signing-links/…/signature"
