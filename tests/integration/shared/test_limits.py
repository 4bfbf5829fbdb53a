"""What happens at a limit is an answer that says so, and whoever waits is told how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.demo.client import until
from shared.db import Database
from shared.process import Server
from tests.support.databases import ThrowawayDatabase
from tests.support.notes import NOTES, Notes, notes_on
from tests.support.ports import some_free_port

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def come_again(answer: httpx2.Response) -> bool:
    return answer.json()["type"].endswith("/unavailable") and int(answer.headers["retry-after"]) > 0


async def test_of_many_mistakes_the_first_fifty_are_named(notes: Notes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key=str(uuid4()))
    answer = await notes.http.post("/v1/notes", json={f"unknown{n}": n for n in range(60)}, headers=headers)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 50)


async def test_a_body_that_does_not_come_to_an_end_is_not_waited_for(notes: Notes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shared.door.BODY_SECONDS", 0.05)

    async def never_ending() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k", Content_Type="application/json")
    answer = await notes.http.post("/v1/notes", content=never_ending(), headers=headers)
    assert answer.status_code == 408
    assert answer.json()["type"].endswith("/too-slow")


async def test_who_finds_all_connections_taken_is_told_to_come_again(notes_database: ThrowawayDatabase, tmp_path: Path):
    database = Database(notes_database.url, pool=1)
    database.engine.sync_engine.pool._timeout = 0.05  # type: ignore[attr-defined] # noqa: SLF001 - instead of five seconds
    async with notes_on(database, tmp_path) as notes:
        caller = notes.caller(uuid4(), "coordinator")
        async with database.engine.connect():
            answer = await notes.http.get("/v1/notes", headers=caller)
            assert answer.status_code == 503
            assert come_again(answer)
        assert (await notes.http.get("/v1/notes", headers=caller)).status_code == 200


async def test_a_statement_that_takes_too_long_is_given_up_and_changes_nothing(
    notes: Notes, notes_database: ThrowawayDatabase, tmp_path: Path
):
    org, hurried = uuid4(), Database(notes_database.url, pool=1, options="-c statement_timeout=100ms")
    location = (await notes.create(org)).headers["location"]
    async with notes_on(hurried, tmp_path) as others:
        signatory = others.caller(org, "signatory", If_Match='"1"')
        locking = notes.app.state.database.transaction(str(org))
        async with locking as tx:
            await tx.execute(sa.select(NOTES).with_for_update())
            answer = await others.http.post(f"{location}/approval", headers=signatory)
        assert answer.status_code == 503
        assert come_again(answer)
        assert (await others.http.post(f"{location}/approval", headers=signatory)).status_code == 200


async def test_a_database_server_that_has_gone_without_a_word_is_given_up(notes: Notes):
    async with notes.app.state.database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        given = driver.info.get_parameters()
    assert (given["tcp_user_timeout"], given["keepalives_idle"], given["connect_timeout"]) == ("30000", "30", "5")


class Slow:
    """An app that answers once it is let."""

    def __init__(self) -> None:
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await self.may_answer.wait()
        await PlainTextResponse("done")(scope, receive, send)


@asynccontextmanager
async def request_under_way(app: Slow, grace: int) -> AsyncIterator[tuple["asyncio.Task[httpx2.Response]", Server]]:
    server, url = _server(app, grace)
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started)
    async with httpx2.AsyncClient() as http:
        asking = asyncio.create_task(http.get(url))
        await app.asked.wait()
        yield asking, server
    await serving


def _server(app: ASGIApp, grace: int) -> tuple[Server, str]:
    port = some_free_port()
    return Server(app, grace=grace, host="127.0.0.1", port=port), f"http://127.0.0.1:{port}/"


async def test_what_is_under_way_is_finished_before_the_process_ends():
    app = Slow()
    async with request_under_way(app, grace=30) as (asking, server):
        server.should_exit = True

        async def nobody_else_gets_in() -> bool:
            return not any(one.is_serving() for one in server.servers)

        await until(nobody_else_gets_in)
        app.may_answer.set()
        answer = await asking
    assert (answer.status_code, answer.text) == (200, "done")


async def test_what_takes_longer_than_the_grace_is_cut_off():
    async with request_under_way(Slow(), grace=1) as (asking, server):
        server.should_exit = True
        answer = await asking
    assert answer.status_code == 500
