import asyncio
from datetime import timedelta

import pytest

from services.notifications.delivery.network import OutwardBackend, TargetRefusedError
from services.notifications.delivery.post import Poster
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

BODY = b"{}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "::ffff:127.0.0.1"])
async def test_no_spelling_of_a_local_address_is_connected_to(receiver: WebhookReceiver, host: str):
    port = int(receiver.target.partition(":")[2])
    with pytest.raises(TargetRefusedError):
        await OutwardBackend(frozenset()).connect_tcp(host, port)


async def test_a_post_to_a_refused_address_is_a_failed_attempt(receiver: WebhookReceiver):
    poster = Poster(frozenset())
    answer = await poster.post(receiver.url, [], BODY)
    await poster.close()
    assert (answer.status, answer.error) == (None, "TargetRefusedError")
    assert receiver.received == []


async def test_a_name_without_an_address_is_a_failed_attempt():
    poster = Poster(frozenset())
    answer = await poster.post("https://nowhere.invalid/", [], BODY)
    await poster.close()
    assert answer.error == "ConnectError"


async def test_nobody_there_is_a_failed_attempt():
    poster = Poster(frozenset({"127.0.0.1:1"}))
    answer = await poster.post("http://127.0.0.1:1/", [], BODY)
    await poster.close()
    assert answer.error == "ConnectError"


async def test_a_connection_serves_for_many_posts(receiver: WebhookReceiver):
    poster = Poster(frozenset({receiver.target}))
    for _ in range(3):
        assert (await poster.post(receiver.url, [], BODY)).status == 200
    assert len(poster._pool.connections) == 1  # noqa: SLF001 - it is nobody else's business
    await poster.close()


async def test_a_name_with_several_addresses_is_tried_at_each(receiver: WebhookReceiver):
    _, _, port = receiver.target.partition(":")
    poster = Poster(frozenset({f"localhost:{port}"}))
    assert (await poster.post(f"http://localhost:{port}/hook", [], BODY)).status == 200
    await poster.close()


async def test_an_endpoint_that_stalls_is_given_up(receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.notifications.delivery.post.PATIENCE_SECONDS", 0.05)
    never = asyncio.Event()
    receiver.replies.append(Reply(after=never))
    poster = Poster(frozenset({receiver.target}))
    assert (await poster.post(receiver.url, [], BODY)).error == "TimeoutError"
    never.set()
    await poster.close()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999", 999_999_999),
        ("", None),
    ],
)
async def test_the_wait_that_an_endpoint_asks_for_is_understood(
    receiver: WebhookReceiver, written: str, seconds: int | None
):
    receiver.replies.append(Reply(503, {"Retry-After": written}))
    poster = Poster(frozenset({receiver.target}))
    answer = await poster.post(receiver.url, [], BODY)
    await poster.close()
    assert answer.status == 503
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))
