"""The example endpoint of docs/receiving-webhooks.md, over a real connection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from standardwebhooks import Webhook

from deploy.local import receiver
from deploy.local.receiver import Endpoint, Server

pytestmark = pytest.mark.integration

SECRET, NEXT_SECRET = "whsec_b2xkIHNlY3JldA==", "whsec_bmV3IHNlY3JldA=="
BODY = b'{"type": "acquis.credit.recognised.v1", "subject": "credit-1"}'


@pytest.fixture
def endpoint() -> Endpoint:
    said: list[str] = []
    return Endpoint([SECRET, NEXT_SECRET], show=said.append)


@pytest.fixture
def url(endpoint: Endpoint) -> Iterator[str]:
    with Server(endpoint, 0) as server, ThreadPoolExecutor(1) as thread:
        serving = thread.submit(server.serve_forever, 0.02)
        yield server.url
        server.shutdown()
        serving.result()


def signed(secret: str = SECRET, message: str = "m1", at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    signature = Webhook(secret).sign(message, moment, BODY.decode())
    timestamp = str(int(moment.timestamp()))
    return {"webhook-id": message, "webhook-timestamp": timestamp, "webhook-signature": signature}


@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
def test_what_is_signed_with_either_secret_of_a_rotation_is_taken(url: str, secret: str):
    assert httpx2.post(url, content=BODY, headers=signed(secret)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed("whsec_c29tZWJvZHkgZWxzZQ=="),
        signed(at=datetime.now(UTC) - timedelta(minutes=10)),
        signed() | {"webhook-id": "m2"},
        signed() | {"webhook-signature": "nonsense"},
    ],
    ids=["unsigned", "another's secret", "old", "another's id", "nonsense"],
)
def test_anything_else_is_refused(url: str, headers: dict[str, str]):
    assert httpx2.post(url, content=BODY, headers=headers).status_code == 401


def test_it_fails_as_often_as_it_is_told_to_and_recognises_what_comes_again(endpoint: Endpoint, url: str):
    endpoint.fail_first, endpoint.answer = 1, 410
    said: list[str] = []
    endpoint.show = said.append
    answers = [httpx2.post(url, content=BODY, headers=signed()).status_code for _ in range(2)]
    assert answers == [503, 410]
    assert [line.endswith("(again)") for line in said] == [False, True]


def test_a_body_that_is_too_long_is_refused(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receiver, "LONGEST", len(BODY) - 1)
    assert httpx2.post(url, content=BODY, headers=signed()).status_code == 413
