from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.support.notes import Notes, note

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_was_created_says_where_it_is_and_in_which_version(notes: Notes):
    org = uuid4()
    answer = await notes.create(org, "First")
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    read = await notes.http.get(answer.headers["location"], headers=notes.caller(org, "coordinator"))
    assert read.json() == answer.json()


async def test_nobody_gets_in_without_a_token(notes: Notes):
    answer = await notes.http.get("/v1/notes")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="acquis"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "https://acquis.example/problems/unauthorised"


async def test_a_bad_token_is_refused_but_does_not_close_what_is_public(notes: Notes):
    bad = {"Authorization": "Bearer rubbish"}
    refused = await notes.http.get("/v1/notes", headers=bad)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert (await notes.http.get("/v1/public-notes/count", headers=bad)).status_code == 200


async def test_a_role_that_does_not_suffice_is_forbidden(notes: Notes):
    org = uuid4()
    location = (await notes.create(org)).headers["location"]
    answer = await notes.http.post(f"{location}/approval", headers=notes.caller(org, "assessor", If_Match='"1"'))
    assert answer.status_code == 403
    assert "signatory" in answer.json()["detail"]


async def test_a_parameter_that_is_not_known_is_refused_by_its_name(notes: Notes):
    caller = notes.caller(uuid4(), "coordinator")
    misspelt = await notes.http.get("/v1/notes?limit=5&Limit=5&alias=&alias=x", headers=caller)
    assert misspelt.status_code == 422
    assert [(one["pointer"], one["code"]) for one in misspelt.json()["errors"]] == [
        ("Limit", "unknown"),
        ("alias", "unknown"),
    ]
    assert "limit" in misspelt.json()["errors"][0]["detail"]
    location = (await notes.create(uuid4())).headers["location"]
    assert (await notes.http.get(f"{location}?limit=5", headers=caller)).status_code == 422
    assert (await notes.http.get("/v1/public-notes/count?a=b")).status_code == 422


async def test_somebody_elses_note_is_not_found(notes: Notes):
    location = (await notes.create(uuid4())).headers["location"]
    assert (await notes.http.get(location, headers=notes.caller(uuid4(), "coordinator"))).status_code == 404


async def test_a_change_must_name_the_version_it_means(notes: Notes):
    org = uuid4()
    approval = (await notes.create(org)).headers["location"] + "/approval"

    async def approve(**headers: str):
        return await notes.http.post(approval, headers=notes.caller(org, "signatory", **headers))

    assert (await approve()).status_code == 428
    assert (await approve(If_Match='"7"')).status_code == 412
    for not_ours in ("*", "1", '"1", "2"', '"abc"', ""):
        refused = await approve(If_Match=not_ours)
        assert refused.status_code == 422, not_ours
        assert refused.json()["errors"][0]["pointer"] == "If-Match"
    approved = await approve(If_Match='W/"1"')
    assert approved.status_code == 200
    assert approved.headers["etag"] == '"2"'


async def test_a_wrong_state_says_what_is_possible_from_it(notes: Notes):
    org = uuid4()
    approval = (await notes.create(org)).headers["location"] + "/approval"
    await notes.http.post(approval, headers=notes.caller(org, "signatory", If_Match='"1"'))
    again = await notes.http.post(approval, headers=notes.caller(org, "signatory", If_Match='"2"'))
    assert again.status_code == 409
    assert again.json()["state"] == "approved"
    assert again.json()["possible"] == ["withdrawal"]


async def test_who_has_the_current_version_gets_no_body_again(notes: Notes):
    org = uuid4()
    location = (await notes.create(org)).headers["location"]
    caller = notes.caller(org, "coordinator", If_None_Match='"0", W/"1"')
    answer = await notes.http.get(location, headers=caller)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')


async def test_a_commit_that_fails_is_a_conflict_and_changes_nothing(notes: Notes):
    org = uuid4()
    assert (await notes.create(org, "Same title")).status_code == 201
    second = await notes.create(org, "Same title")
    assert second.status_code == 409
    assert second.json()["type"].endswith("/conflict")
    listed = await notes.http.get("/v1/notes", headers=notes.caller(org, "coordinator"))
    assert len(listed.json()["items"]) == 1


async def test_a_bug_is_answered_without_details_and_rolled_back(notes: Notes):
    org = uuid4()
    location = (await notes.create(org)).headers["location"]
    caller = notes.caller(org, "coordinator", X_Request_Id="ticket-4711")
    answer = await notes.http.post(f"{location}/accident", headers=caller)
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "ticket-4711"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await notes.http.get(location, headers=caller)).json()["state"] == "draft"


async def test_an_insane_request_id_is_replaced(notes: Notes):
    answer = await notes.http.get("/v1/notes", headers={"X-Request-Id": "<script>"})
    assert len(answer.headers["x-request-id"]) == 36


async def test_every_wrong_member_is_named_by_its_pointer(notes: Notes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k")
    body = {"title": " ", "texts": {"EN": "x", "en": ""}, "country": "fr", "unknown/~": 1}
    answer = await notes.http.post("/v1/notes", json=body, headers=headers)
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/title", "/texts/EN", "/texts/en", "/country", "/unknown~1~0"}
    assert all(error["code"] and error["detail"] for error in answer.json()["errors"])


async def test_a_missing_member_is_named_by_its_pointer(notes: Notes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k")
    answer = await notes.http.post("/v1/notes", json={"title": "T"}, headers=headers)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/texts"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)
async def test_json_that_cannot_be_meant_is_malformed(notes: Notes, body: bytes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k", Content_Type="application/json")
    answer = await notes.http.post("/v1/notes", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/malformed-json")


async def test_only_json_is_understood(notes: Notes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k", Content_Type="text/xml")
    assert (await notes.http.post("/v1/notes", content=b"<a/>", headers=headers)).status_code == 415


async def test_a_value_the_database_cannot_keep_is_the_callers_mistake(notes: Notes):
    answer = await notes.create(uuid4(), points=40_000)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "not_storable"


async def test_too_much_is_refused_announced_or_in_chunks(notes: Notes):
    headers = notes.caller(uuid4(), "coordinator", Idempotency_Key="k", Content_Type="application/json")

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    announced = await notes.http.post("/v1/notes", content=b" " * 2_000_000, headers=headers)
    chunked = await notes.http.post("/v1/notes", content=chunks(), headers=headers)
    for answer in (announced, chunked):
        assert answer.status_code == 413
        assert answer.json()["type"].endswith("/too-large")


async def test_too_much_is_refused_before_anything_is_done_even_where_no_body_is_read(notes: Notes):
    org = uuid4()
    location = (await notes.create(org)).headers["location"]
    caller = notes.caller(org, "signatory", If_Match='"1"')
    answer = await notes.http.post(f"{location}/approval", content=b" " * 2_000_000, headers=caller)
    assert answer.status_code == 413
    assert (await notes.http.get(location, headers=caller)).json()["state"] == "draft"


async def test_what_is_not_there_is_a_problem_too(notes: Notes):
    caller = notes.caller(uuid4(), "coordinator")
    assert (await notes.http.get("/v1/nothing", headers=caller)).json()["status"] == 404
    assert (await notes.http.get("/v1/notes/", headers=caller)).json()["status"] == 404
    wrong_method = await notes.http.patch("/v1/notes", headers=caller)
    assert wrong_method.json()["status"] == 405
    assert set(wrong_method.headers["allow"].split(", ")) == {"GET", "POST"}
    not_an_id = await notes.http.get("/v1/notes/7", headers=caller)
    assert not_an_id.status_code == 422
    assert not_an_id.json()["errors"][0]["pointer"] == "note_id"


async def test_an_operator_sees_no_notes_and_may_not_make_one(notes: Notes):
    org = uuid4()
    await notes.create(org)
    operator = notes.caller(org, "operator", Idempotency_Key="k")
    assert (await notes.http.get("/v1/notes", headers=operator)).json()["items"] == []
    nowhere = notes.caller(None, "coordinator", Idempotency_Key="k")
    assert (await notes.http.post("/v1/notes", json=note(), headers=nowhere)).status_code == 403
