from pathlib import Path
from uuid import uuid4

import httpx2
import psycopg
import pytest

from deploy.local.servers import Servers
from tests.support.databases import ThrowawayDatabase
from tests.support.notes import Notes, database_for_notes, note, running_notes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

EVERYBODY_OUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND usename = %s
"""


async def test_without_the_database_one_is_told_to_come_again(tmp_path: Path):
    async with running_notes("postgresql://nobody@127.0.0.1:1/nowhere", tmp_path) as notes:
        answer = await notes.http.get("/v1/notes", headers=notes.caller(uuid4(), "coordinator"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["type"].endswith("/unavailable")
    assert "127.0.0.1" not in answer.text


async def test_a_lost_connection_is_met_once_and_then_replaced(infrastructure: Servers, tmp_path: Path):
    async with (
        database_for_notes(infrastructure.database_url) as own,
        running_notes(own.url, tmp_path) as notes,
    ):
        caller = notes.caller(uuid4(), "coordinator")
        assert (await notes.http.get("/v1/notes", headers=caller)).status_code == 200
        async with await psycopg.AsyncConnection.connect(infrastructure.database_url) as administrator:
            await administrator.execute(EVERYBODY_OUT, [own.role])
        assert (await notes.http.get("/v1/notes", headers=caller)).status_code == 503
        assert (await notes.http.get("/v1/notes", headers=caller)).status_code == 200


async def test_without_the_issuers_keys_nobody_is_called_a_stranger(notes_database: ThrowawayDatabase, tmp_path: Path):
    async with running_notes(notes_database.url, tmp_path) as notes:
        caller = notes.caller(uuid4(), "coordinator")
        notes.issuer.app.routes.clear()
        answer = await notes.http.get("/v1/notes", headers=caller)
        assert answer.status_code == 503
        assert "retry-after" in answer.headers


async def test_who_comes_too_often_has_to_wait(notes_database: ThrowawayDatabase, tmp_path: Path):
    async def get(notes: Notes, sub: str) -> httpx2.Response:
        return await notes.http.get("/v1/notes", headers=notes.caller(uuid4(), "coordinator", sub=sub))

    async with running_notes(notes_database.url, tmp_path, requests_per_minute=2) as notes:
        assert [(await get(notes, "ada")).status_code for _ in range(3)] == [200, 200, 429]
        refused = await get(notes, "ada")
        assert int(refused.headers["retry-after"]) in range(1, 31)
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"].endswith("/rate-limited")
        assert (await get(notes, "bob")).status_code == 200
        assert [(await notes.http.get("/v1/notes")).status_code for _ in range(3)] == [401, 401, 429]
        assert (await notes.http.get("/openapi.json")).status_code == 200


async def statuses(notes: Notes, *forwarded: str) -> list[int]:
    """Of requests without a token, by what a proxy says of where they came from."""
    return [
        (await notes.http.get("/v1/notes", headers={"X-Forwarded-For": addresses})).status_code
        for addresses in forwarded
    ]


async def test_only_a_proxy_of_our_own_is_believed_where_a_request_came_from(
    notes_database: ThrowawayDatabase, tmp_path: Path
):
    """And of what it says only what it has seen itself: the rest could be made up."""
    limit = {"requests_per_minute": 1}
    async with running_notes(notes_database.url, tmp_path, **limit) as notes:
        assert await statuses(notes, "192.0.2.1", "192.0.2.2") == [401, 429]
    async with running_notes(notes_database.url, tmp_path, **limit, trusted_proxies="10.0.0.0/8, 127.0.0.1") as notes:
        assert await statuses(notes, "192.0.2.1", "192.0.2.2") == [401, 401]
        assert await statuses(notes, "198.51.100.7, 192.0.2.1, 10.1.2.3", "192.0.2.3, 192.0.2.2") == [429, 429]


async def test_each_request_is_measured_by_its_route_not_by_its_address(notes: Notes):
    await notes.http.get(f"/v1/notes/{uuid4()}", headers=notes.caller(uuid4(), "coordinator"))
    await notes.http.post("/v1/notes", json=note())
    routes = {sample.labels["route"] for metric in notes.metrics.requests.collect() for sample in metric.samples}
    assert "/v1/notes/{note_id}" in routes
    assert routes <= {
        "/v1/notes/{note_id}",
        "/v1/notes/{note_id}/approval",
        "/v1/notes/{note_id}/accident",
        "/v1/notes",
        "/v1/notes-audit-entries",
        "/v1/public-notes/count",
        "/openapi.json",
        "none",
    }
