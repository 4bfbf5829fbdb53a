import json
from typing import Any
from uuid import uuid4

import pytest

from shared.paging import encode
from tests.support.notes import Notes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_following_next_shows_every_item_once_and_in_order(notes: Notes):
    org = uuid4()
    titles = [f"Title {number:02}" for number in range(7)]
    for title in reversed(titles):
        await notes.create(org, title)
    caller, url, seen = notes.caller(org, "coordinator"), "/v1/notes?limit=3", []
    while url:
        answer = await notes.http.get(url, headers=caller)
        seen.append([item["title"] for item in answer.json()["items"]])
        url = answer.links["next"]["url"] if answer.json()["next"] else ""
        assert ("link" in answer.headers) == bool(url)
        assert url.count("cursor=") == bool(url)
    assert seen == [titles[0:3], titles[3:6], titles[6:]]


async def test_a_page_that_is_just_full_is_the_last(notes: Notes):
    org = uuid4()
    await notes.create(org)
    answer = await notes.http.get("/v1/notes?limit=1", headers=notes.caller(org, "coordinator"))
    assert answer.json()["next"] is None


NOT_OURS: list[Any] = [
    [],
    ["a"],
    ["a", "not an id"],
    [1, "0190a5c1-7e3d-7a11-8b2c-3f5d6e7a8b9c"],
    ["a\0", "0190a5c1-7e3d-7a11-8b2c-3f5d6e7a8b9c"],
    ["\ud800", "0190a5c1-7e3d-7a11-8b2c-3f5d6e7a8b9c"],
    [None, None],
    {"a": 1},
    5,
]


@pytest.mark.parametrize("cursor", ["", "x", "!!", "é", "A" * 500, "W" * 501, *map(encode, NOT_OURS)])
async def test_a_cursor_that_is_not_ours_is_refused(notes: Notes, cursor: str):
    answer = await notes.http.get("/v1/notes", params={"cursor": cursor}, headers=notes.caller(uuid4(), "coordinator"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "cursor"


async def test_somebody_elses_cursor_shows_only_ones_own(notes: Notes):
    org = uuid4()
    for _ in range(2):
        await notes.create(org)
    page = await notes.http.get("/v1/notes?limit=1", headers=notes.caller(org, "coordinator"))
    stolen = {"cursor": page.json()["next"]}
    answer = await notes.http.get("/v1/notes", params=stolen, headers=notes.caller(uuid4(), "coordinator"))
    assert json.loads(answer.content) == {"items": [], "next": None}


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "9" * 5000, "1e3", "\0"])
async def test_a_limit_has_its_limits(notes: Notes, limit: str):
    answer = await notes.http.get("/v1/notes", params={"limit": limit}, headers=notes.caller(uuid4(), "coordinator"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "limit"
