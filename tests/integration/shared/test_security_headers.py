"""Every answer tells browsers and caches to keep their hands off, whatever it is."""

from uuid import uuid4

import pytest

from tests.support.notes import Notes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

EVERYWHERE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


async def test_every_answer_carries_the_security_headers(notes: Notes):
    org = uuid4()
    caller = notes.caller(org, "coordinator", If_Match='"1"')
    created = await notes.create(org)
    location = created.headers["location"]
    answers = {
        201: created,
        200: await notes.http.get(location, headers=caller),
        304: await notes.http.get(location, headers=caller | {"If-None-Match": '"1"'}),
        401: await notes.http.get("/v1/notes"),
        403: await notes.http.post(f"{location}/approval", headers=caller),
        404: await notes.http.get("/nothing"),
        405: await notes.http.patch("/v1/notes"),
        413: await notes.http.post("/v1/notes", content=b" " * 2_000_000, headers=caller),
        422: await notes.http.get("/v1/notes?limit=0", headers=caller),
        500: await notes.http.post(f"{location}/accident", headers=caller),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE, status
        assert "server" not in answer.headers
