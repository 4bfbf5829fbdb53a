"""Bad input never gives a 500, whatever it is."""

import json
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.notes import Notes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\0", "\ud800", "en", "FR"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["en", "\0", "\udfff"]), inner),
    max_leaves=10,
)
NOTE_LIKE = st.fixed_dictionaries(
    {},
    optional={"title": JSON, "texts": JSON, "country": JSON, "points": JSON, "anything": JSON, "other": JSON},
)
PATIENT = settings(deadline=None, max_examples=150)


@PATIENT
@given(JSON | NOTE_LIKE)
@example({"title": "T", "texts": {"en": "t"}, "points": 10**18})
@example({"title": "T", "texts": {"en": "t"}, "anything": {"": {"": [None, {}]}}})
@example({"title": "T", "texts": {"en": "t"}, "\ud800": 1})
async def test_any_json_is_answered(notes: Notes, body):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key=str(uuid4()), Content_Type="application/json")
    answer = await notes.http.post("/v1/notes", content=json.dumps(body).encode(), headers=headers)
    assert answer.status_code < 500, answer.text


@PATIENT
@given(st.binary())
async def test_any_bytes_are_answered(notes: Notes, body: bytes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key=str(uuid4()), Content_Type="application/json")
    answer = await notes.http.post("/v1/notes", content=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text


@PATIENT
@given(cursor=st.text(), limit=st.text() | st.integers(), other=st.dictionaries(st.text(), st.text(), max_size=1))
async def test_any_query_is_answered(notes: Notes, cursor, limit, other):
    caller = notes.caller(uuid4(), "coordinator")
    answer = await notes.http.get("/v1/notes", params=other | {"cursor": cursor, "limit": limit}, headers=caller)
    assert answer.status_code < 500, answer.text


@PATIENT
@given(
    st.dictionaries(
        st.sampled_from(
            ["If-Match", "If-None-Match", "Authorization", "X-Request-Id", "Content-Type", "Idempotency-Key"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255)),
    )
)
async def test_any_header_is_answered(notes: Notes, given_headers):
    headers = notes.caller(uuid4(), "signatory", "coordinator") | given_headers
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await notes.http.post(f"/v1/notes/{uuid4()}/approval", content=b"{}", headers=raw)
    assert answer.status_code < 500, answer.text
    created = await notes.http.post("/v1/notes", json={"title": "T", "texts": {"en": "t"}}, headers=raw)
    assert created.status_code < 500, created.text


@PATIENT
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
async def test_any_id_is_answered(notes: Notes, note_id: str):
    caller = notes.caller(uuid4(), "coordinator")
    answer = await notes.http.get(f"/v1/notes/{note_id.encode().hex('%').join(['%', ''])}", headers=caller)
    assert 400 <= answer.status_code < 500, answer.text
