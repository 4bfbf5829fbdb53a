"""Bad tokens and bad bodies, for every operation that there is: refused as documented, and nothing changes."""

import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from joserfc.jwk import ECKey

from deploy.local.demo.client import Actor
from shared import clock
from tests.support.operations import OPERATIONS, Operation
from tests.support.provider import KEY, KID, base64url, signed
from tests.support.told_world import ToldWorld, bearer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio,
    pytest.mark.usefixtures("nothing_changes"),
    pytest.mark.xdist_group("told world"),
]

WITH_A_TOKEN = [one for one in OPERATIONS if not one.is_public]
WITH_BODY = [one for one in OPERATIONS if one.takes_body]
MEBIBYTE = 1_048_576
NOW = int(clock.now().timestamp())


def not_signed_by_a_key(alg: str, claims: Mapping[str, Any]) -> str:
    """With no signature, or with one that anybody can make who knows the public key."""
    header = base64url(json.dumps({"alg": alg, "kid": KID}).encode())
    said = f"{header}.{signed(**claims).split('.')[1]}"
    signature = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256") if alg == "HS256" else b""
    return f"{said}.{base64url(signature)}"


BAD_TOKENS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "garbage": lambda _: "garbage",
    "expired": lambda claims: signed(**claims, exp=NOW - 60),
    "not yet valid": lambda claims: signed(**claims, nbf=NOW + 3_600),
    "of another issuer": lambda claims: signed(**claims, iss="https://other.test"),
    "for another audience": lambda claims: signed(**claims, aud="another"),
    "not signed": lambda claims: not_signed_by_a_key("none", claims),
    "signed with the public key": lambda claims: not_signed_by_a_key("HS256", claims),
    "of a key that nobody published": lambda claims: signed(ECKey.generate_key("P-256", auto_kid=True), **claims),
    "forged": lambda claims: signed(ECKey.generate_key("P-256", {"kid": KID}), **claims),
}


async def answers(
    world: ToldWorld, operations: list[Operation], ids: Mapping[str, str], headers: Mapping[str, str], **request: Any
) -> dict[str, int]:
    """How each operation is answered when it is asked for as it should be, but for what is given."""
    given = {}
    for operation in operations:
        asked = {"json": operation.example} | request if operation.example else request
        answer = await world.http.request(
            operation.method, operation.at(ids), headers={**operation.headers(), **headers}, **asked
        )
        assert answer.status_code in operation.statuses, operation
        given[str(operation)] = answer.status_code
    return given


def all_are(status: HTTPStatus, given: Mapping[str, int]) -> bool:
    assert {name: other for name, other in given.items() if other != status} == {}
    return bool(given)


async def test_nobody_gets_anything_without_a_token(told_world: ToldWorld, ids):
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}):
        assert all_are(HTTPStatus.UNAUTHORIZED, await answers(told_world, WITH_A_TOKEN, ids, headers))


@pytest.mark.parametrize("wrong", BAD_TOKENS)
async def test_a_bad_token_opens_nothing(told_world: ToldWorld, ids, wrong: str):
    token = BAD_TOKENS[wrong](told_world.staff("mt").claims())
    given = await answers(told_world, WITH_A_TOKEN, ids, {"Authorization": f"Bearer {token}"})
    assert all_are(HTTPStatus.UNAUTHORIZED, given)


async def test_a_body_over_the_limit_is_refused(told_world: ToldWorld, ids):
    headers = bearer(told_world.staff("mt")) | {"Content-Type": "application/json"}
    huge = b'"%b"' % (b"x" * MEBIBYTE)
    given = await answers(told_world, WITH_BODY, ids, headers, json=None, content=huge)
    assert all_are(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, given)


async def test_a_body_over_the_limit_is_refused_even_if_it_comes_in_chunks(told_world: ToldWorld, ids):
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (MEBIBYTE // 16)

    for operation in WITH_BODY:
        headers = bearer(somebody_who_may(told_world, operation)) | {"Content-Type": "application/json"}
        given = await answers(told_world, [operation], ids, headers, json=None, content=chunks())
        assert all_are(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, given)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"[" * 100 + b"]" * 100, "application/json", HTTPStatus.BAD_REQUEST),
        (b"[" * 100_000, "application/json", HTTPStatus.BAD_REQUEST),
        (b'{"a": 1, "a": 2}', "application/json", HTTPStatus.BAD_REQUEST),
        (b"\xff\xfe", "application/json", HTTPStatus.BAD_REQUEST),
        (b'{"a": "\\u0000"}', "application/json", HTTPStatus.BAD_REQUEST),
        (b"<a/>", "application/xml", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b"a=1", "application/x-www-form-urlencoded", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b"{}", "text/plain", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ],
    ids=["nested", "nested and open", "same key twice", "not UTF-8", "NUL", "XML", "form", "text"],
)
async def test_a_body_that_is_no_good_json_is_refused(
    told_world: ToldWorld, ids, content: bytes, content_type: str, status: HTTPStatus
):
    for operation in WITH_BODY:
        headers = bearer(somebody_who_may(told_world, operation)) | {"Content-Type": content_type}
        given = await answers(told_world, [operation], ids, headers, json=None, content=content)
        assert all_are(status, given)


@pytest.mark.parametrize("body", [[], "text", 1, {"no_such_member": 1}, {"reason": {}}], ids=str)
async def test_json_of_another_shape_is_refused(told_world: ToldWorld, ids, body: object):
    for operation in [one for one in WITH_BODY if one.example]:
        headers = bearer(somebody_who_may(told_world, operation))
        given = await answers(told_world, [operation], ids, headers, json=body)
        assert all_are(HTTPStatus.UNPROCESSABLE_ENTITY, given)


def somebody_who_may(world: ToldWorld, operation: Operation) -> Actor:
    if operation.roles == {"operator"}:
        return Actor("operator", ("operator",))
    return world.staff("mt-council" if operation.service == "notifications" else "mt")
