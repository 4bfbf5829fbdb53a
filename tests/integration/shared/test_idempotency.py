import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from shared import idempotency
from shared.auth import Principal
from shared.db import SYSTEM, Database
from tests.support.databases import ThrowawayDatabase
from tests.support.notes import Notes, note

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


PLACE = ("POST", "/v1/notes")


async def post(notes: Notes, org, key: str | None, body, sub: str = "ada"):
    headers = notes.caller(org, "coordinator", sub=sub)
    return await notes.http.post("/v1/notes", json=body, headers=headers | ({"Idempotency-Key": key} if key else {}))


async def count(notes: Notes, org) -> int:
    listed = await notes.http.get("/v1/notes", headers=notes.caller(org, "coordinator"))
    return len(listed.json()["items"])


async def test_a_lost_response_can_be_retried_with_the_same_key(notes: Notes):
    org, key, body = uuid4(), str(uuid4()), note()
    first = await post(notes, org, key, body)
    second = await post(notes, org, key, dict(reversed(body.items())))
    assert (second.status_code, second.content) == (first.status_code, first.content)
    for header in ("location", "etag", "content-type"):
        assert second.headers[header] == first.headers[header]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await count(notes, org) == 1


async def test_a_key_is_needed(notes: Notes):
    missing = await post(notes, uuid4(), None, note())
    assert missing.status_code == 400
    assert missing.json()["type"].endswith("/idempotency-key-missing")
    assert (await post(notes, uuid4(), "with space", note())).status_code == 422


async def test_a_key_is_for_one_request_only(notes: Notes):
    org, key = uuid4(), str(uuid4())
    await post(notes, org, key, note())
    other = await post(notes, org, key, note())
    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-key-reused")
    assert await count(notes, org) == 1


async def test_two_callers_may_happen_to_choose_the_same_key(notes: Notes):
    org, key = uuid4(), str(uuid4())
    first = await post(notes, org, key, note(), sub="ada")
    second = await post(notes, org, key, note(), sub="bob")
    assert (first.status_code, second.status_code) == (201, 201)


async def test_an_answer_is_not_repeated_to_who_has_lost_the_role(notes: Notes):
    org, key, body = uuid4(), str(uuid4()), note()
    await post(notes, org, key, body)
    headers = notes.caller(org, "assessor", Idempotency_Key=key)
    assert (await notes.http.post("/v1/notes", json=body, headers=headers)).status_code == 403


async def test_what_failed_may_be_tried_again_with_the_same_key(notes: Notes):
    org, key = uuid4(), str(uuid4())
    assert (await post(notes, org, key, note(points=40_000))).status_code == 422
    assert (await post(notes, org, key, note(points=4))).status_code == 201


async def test_a_commit_that_fails_takes_the_stored_answer_with_it(notes: Notes):
    org, key = uuid4(), str(uuid4())
    await post(notes, org, str(uuid4()), note("Taken"))
    assert (await post(notes, org, key, note("Taken"))).status_code == 409
    again = await post(notes, org, key, note("Taken"))
    assert again.status_code == 409
    assert "idempotency-replayed" not in again.headers


async def test_of_many_at_once_one_does_the_work(notes: Notes):
    org, key, body = uuid4(), str(uuid4()), note()
    answers = await asyncio.gather(*(post(notes, org, key, body) for _ in range(8)))
    fresh = [answer for answer in answers if answer.status_code == 201 and "idempotency-replayed" not in answer.headers]
    assert len(fresh) == 1
    for other in answers:
        assert other.status_code == 409 or other.content == fresh[0].content
    assert await count(notes, org) == 1


async def test_while_the_first_is_at_work_the_second_is_told_to_wait(notes: Notes, notes_database: ThrowawayDatabase):
    """The key is locked by a transaction that is still open, as by a first request that takes long."""
    org, key, body = uuid4(), str(uuid4()), note()
    other = Database(notes_database.url, pool=1)
    asker = Principal("ada", org=org, roles=frozenset({"coordinator"}))
    async with other.transaction(SYSTEM) as tx:
        await tx.execute(idempotency.LOCK, {"lock": idempotency.lock_of(idempotency.scope_of(asker, *PLACE, key))})
        waiting = await post(notes, org, key, body)
        assert waiting.status_code == 409
        assert waiting.json()["type"].endswith("/idempotency-in-flight")
        assert waiting.headers["retry-after"] == "1"
    await other.close()
    assert (await post(notes, org, key, body)).status_code == 201


async def test_answers_are_forgotten_in_time(notes: Notes, notes_database: ThrowawayDatabase):
    org, key, body = uuid4(), str(uuid4()), note()
    await post(notes, org, key, body)
    database = Database(notes_database.url, pool=1)
    async with database.transaction(SYSTEM) as tx:
        assert await idempotency.prune(tx, datetime.now(UTC) - timedelta(hours=1), 10_000) == 0
        assert await idempotency.prune(tx, datetime.now(UTC) + timedelta(hours=1), 10_000) > 0
    await database.close()
    assert "idempotency-replayed" not in (await post(notes, org, key, body)).headers


async def test_a_stored_answer_can_be_read_by_nobody_without_its_key(notes: Notes, notes_database: ThrowawayDatabase):
    org, key, body = uuid4(), str(uuid4()), note(title="Secret of the house")
    first = await post(notes, org, key, body)
    database = Database(notes_database.url, pool=1)
    async with database.transaction(SYSTEM) as tx:
        kept = (await tx.execute(sa.select(idempotency.KEYS.c.body))).scalars().all()
    await database.close()
    assert not [answer for answer in kept if b"Secret of the house" in bytes(answer)]
    assert (await post(notes, org, key, body)).content == first.content


async def test_one_person_at_two_institutions_gets_no_answer_of_the_other(notes: Notes):
    key, body = str(uuid4()), note()
    here, there = await post(notes, uuid4(), key, body), await post(notes, uuid4(), key, body)
    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["id"] != there.json()["id"]
