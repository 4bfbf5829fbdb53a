"""The state of play in a country, for machines and for people, with or without a token."""

import asyncio
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from services.catalogue.tables import COUNTRY_POLICIES, COUNTRY_STATEMENTS
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.integration.catalogue.test_country_policies import draft, publish
from tests.integration.catalogue.test_duplicates import a_school, register
from tests.support.builders.catalogue import MALTA
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/countries"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def holds(*functions: str) -> list[dict[str, str]]:
    return [{"function": function, "legal_reference": f"Law on {function}"} for function in functions]


async def test_the_state_of_play_says_who_is_competent_for_what_and_what_counts(world: World):
    school = await register(world, a_school(country="SI", competences=holds("assesses", "recognises")))
    body = await register(world, a_school(country="SI", competences=holds("recognises")))
    policy = answered(await publish(world, await draft(world, "SI")))
    state = answered(await world.http.get(f"{PATH}/SI"))
    held = {one["function"]: one["institutions"] for one in state["functions"]}
    assert len(held) == 8
    assert [one["legal_reference"] for one in held["assesses"]] == ["Law on assesses"]
    assert {one["institution_id"] for one in held["recognises"]} == {one["institution_id"] for one in (school, body)}
    assert held["validates"] == []
    assert (state["name"], state["policy"], state["statement"]) == ("Slovenia", policy, None)
    assert answered(await world.http.get(f"{PATH}/SI", params={"on": "2020-01-01"}))["policy"] is None


async def test_what_was_merged_holds_nothing_any_more(world: World):
    survivor, duplicate = [await register(world, a_school(country="HR", competences=holds("assesses"))) for _ in "ab"]
    path = f"/v1/institutions/{duplicate['institution_id']}/merger"
    body = {"into_id": survivor["institution_id"], "reason": "Registered twice"}
    answered(await world.body_of("HR").post(path, body, version=1))
    state = answered(await world.http.get(f"{PATH}/HR"))
    (assesses,) = [one for one in state["functions"] if one["function"] == "assesses"]
    assert (assesses["total"], len(assesses["institutions"])) == (1, 1)


async def test_a_draft_is_nobody_else_s_state_of_play(world: World):
    await draft(world, "LV")
    assert answered(await world.http.get(f"{PATH}/LV"))["policy"] is None


async def test_a_competent_body_says_what_everybody_should_know(world: World):
    path = f"{PATH}/DK/statement"
    unsaid = await world.http.get(path)
    assert (answered(unsaid), unsaid.headers["etag"]) == ({"country": "DK", "version": 0, "statement": None}, '"0"')
    statement = {"en": "Schools assess.", "da": "Skolerne bedømmer."}
    for stranger in (world.body_of("SE"), world.coordinator(MALTA)):
        assert (await stranger.put(path, {"statement": statement}, version=0)).status_code == 403
    assert (await world.body_of("DK").put(path, {"statement": statement})).status_code == 428
    said = await world.body_of("DK").put(path, {"statement": statement}, version=0)
    assert answered(said) == {"country": "DK", "version": 1, "statement": statement}
    assert answered(await world.http.get(f"{PATH}/DK"))["statement"] == statement
    assert (await world.body_of("DK").put(path, {"statement": None}, version=0)).status_code == 412
    assert answered(await world.body_of("DK").put(path, {"statement": None}, version=1))["statement"] is None


async def test_of_two_first_statements_at_the_same_moment_one_wins(world: World):
    body = {"statement": {"en": "First"}}
    puts = (world.body_of("FI").put(f"{PATH}/FI/statement", body, version=0) for _ in range(2))
    first, second = sorted(answer.status_code for answer in await asyncio.gather(*puts))
    assert first == 200
    assert second in {409, 412}


async def test_countries_of_which_something_is_known_are_listed_in_pages(world: World):
    first = answered(await world.http.get(PATH, params={"limit": 1}))
    second = answered(await world.http.get(PATH, params={"limit": 200, "cursor": first["next"]}))
    listed = first["items"] + second["items"]
    assert {"country": "MT", "name": "Malta"} in listed
    assert [one["country"] for one in listed] == sorted({one["country"] for one in listed})


@pytest.mark.parametrize("unknown", ["XX", "mt", "MLT"])
async def test_a_country_that_there_is_not_is_pointed_at(world: World, unknown: str):
    answer = await world.http.get(f"{PATH}/{unknown}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "country")


class Page(HTMLParser):
    """What a page is made of: its tags in order, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_a_browser_gets_a_page_that_everybody_can_read(world: World):
    name = "Søla & <script>alert(1)</script>"
    await register(world, a_school(country="NO", name=name, competences=holds("assesses")))
    answered(await publish(world, await draft(world, "NO")))
    statement = {"en": "One\ntwo", "nb": "Én <b>to</b>"}
    answered(await world.body_of("NO").put(f"{PATH}/NO/statement", {"statement": statement}, version=0))
    answer = await world.http.get(f"{PATH}/NO", headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    page = Page(answer.text)
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "b", "img", "form", "iframe"} & set(tags)
    assert tags.count("h1") == tags.count("main") == 1
    assert ("html", {"lang": "en"}) in page.tags
    assert ("p", {"class": "text", "lang": "nb", "dir": "auto"}) in page.tags
    headings = [int(tag[1]) for tag in tags if tag in {"h1", "h2", "h3"}]
    assert all(below <= above + 1 for above, below in pairwise(headings))
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert "Søla &amp; &lt;script&gt;" in answer.text


async def test_a_country_of_which_nothing_is_known_has_a_page_too(world: World):
    answer = await world.http.get(f"{PATH}/IS", headers=BROWSER)
    assert "No policy is in force" in answer.text
    assert Page(answer.text).open == []


async def test_machines_get_json_also_where_they_do_not_care(world: World):
    for accept in ("*/*", "application/json"):
        answer = await world.http.get(f"{PATH}/MT", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["vary"] == "Accept"
    operator = ApiCaller(world.http, None, ("operator",))
    assert answered(await operator.get(f"{PATH}/MT")) == answer.json()


async def test_the_database_alone_keeps_statements_and_published_policies(world: World, catalogue: Running):
    await publish(world, await draft(world, "GR"))
    answered(await world.body_of("GR").put(f"{PATH}/GR/statement", {"statement": None}, version=0))
    async with catalogue.database.transaction("IT") as tx:
        assert (await tx.execute(sa.update(COUNTRY_STATEMENTS).values(version=9))).rowcount == 0
    this = sa.update(COUNTRY_POLICIES).where(COUNTRY_POLICIES.c.country == "GR")
    async with catalogue.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(this.values(valid_until=date(2030, 1, 1), version=3))).rowcount == 1
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(sa.exc.IntegrityError, match="may change"):
            await tx.execute(this.values(appeal_days=0))
