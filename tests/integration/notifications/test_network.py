import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from services.notifications.delivery.network import TargetRefusedError, public_socket
from services.notifications.delivery.post import Poster
from services.notifications.domain.targets import check_url
from tests.support.certificates import self_signed
from tests.support.webhook_receiver import Reply, WebhookReceiver

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

BODY = b"{}"


@pytest_asyncio.fixture(loop_scope="session")
async def outward() -> AsyncIterator[Poster]:
    """Without exceptions, as in production."""
    made = Poster(frozenset())
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def poster(receiver: WebhookReceiver) -> AsyncIterator[Poster]:
    """With the receiver as the one exception."""
    made = Poster(frozenset({receiver.target}))
    yield made
    await made.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "::ffff:127.0.0.1"])
async def test_no_spelling_of_a_local_address_is_connected_to(receiver: WebhookReceiver, outward: Poster, host: str):
    _, _, port = receiver.target.partition(":")
    for address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with pytest.raises(TargetRefusedError):
            public_socket(address)
    await outward.post(f"http://{f'[{host}]' if ':' in host else host}:{port}/hook", [], BODY)
    assert receiver.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_a_post_to_a_refused_address_is_a_failed_attempt(outward: Poster, host: str):
    answer = await outward.post(f"https://{host}/", [], BODY)
    assert (answer.status, answer.error) == (None, "TargetRefusedError")


async def test_a_name_that_is_bound_to_another_address_after_the_check_is_refused(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
):
    """Whatever a resolver answered before: what counts is the address that is about to be connected to."""
    name, private = "rebound.school.example", ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1")
    check_url(f"https://{name}/", frozenset())
    _, _, port = receiver.target.partition(":")
    for address in private:
        family, rest = (socket.AF_INET6, (0, 0)) if ":" in address else (socket.AF_INET, ())
        answer = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, int(port), *rest))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, answer=answer, **__: [answer])
        poster = Poster(frozenset())  # which has not looked the name up yet
        assert (await poster.post(f"http://{name}:{port}/hook", [], BODY)).error == "TargetRefusedError"
        await poster.close()
    assert receiver.received == []


async def test_what_one_endpoint_may_do_no_other_one_may(receiver: WebhookReceiver, poster: Poster):
    _, _, port = receiver.target.partition(":")
    assert (await poster.post(receiver.url, [], BODY)).status == 200
    assert (await poster.post(f"http://localhost:{port}/hook", [], BODY)).error == "TargetRefusedError"


async def test_a_name_without_an_address_is_a_failed_attempt(outward: Poster):
    assert (await outward.post("https://nowhere.invalid/", [], BODY)).error == "gaierror"


async def test_what_is_no_url_to_the_client_is_a_failed_attempt(outward: Poster):
    assert (await outward.post("https://[hooks.school.example/", [], BODY)).error == "ValueError"


async def test_nobody_there_is_a_failed_attempt():
    poster = Poster(frozenset({"127.0.0.1:1"}))
    answer = await poster.post("http://127.0.0.1:1/", [], BODY)
    await poster.close()
    assert answer.error == "ConnectionRefusedError"


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path):
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", ssl=self_signed("localhost", tmp_path)) as server:
        target = f"localhost:{server.sockets[0].getsockname()[1]}"
        poster = Poster(frozenset({target}))
        answer = await poster.post(f"https://{target}/hook", [], BODY)
        await poster.close()
    assert (answer.error, heard) == ("SSLCertVerificationError", [])


async def test_a_connection_serves_for_many_posts(receiver: WebhookReceiver, poster: Poster):
    for _ in range(3):
        assert (await poster.post(receiver.url, [], BODY)).status == 200
    assert len({came.caller for came in receiver.received}) == 1


async def test_an_answer_without_end_costs_its_connection_and_no_more(receiver: WebhookReceiver, poster: Poster):
    receiver.replies.append(Reply(200, body=b"x" * 10_000_000))
    assert [(await poster.post(receiver.url, [], BODY)).status for _ in range(2)] == [200, 200]
    assert len({came.caller for came in receiver.received}) == 2


async def test_a_post_is_no_browser(receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    receiver.replies.append(Reply(200, {"Set-Cookie": "a=b", "Content-Encoding": "gzip"}, b"nothing packed"))
    target = receiver.target.replace("127.0.0.1", "localhost")  # no cookies are kept for an address anyway
    poster = Poster(frozenset({target}))
    assert [(await poster.post(f"http://{target}/hook", [], BODY)).status for _ in range(2)] == [200, 200]
    await poster.close()
    assert not {"cookie", "accept-encoding"} & {name for came in receiver.received for name in came.headers}


async def test_the_end_of_a_url_is_the_subscribers_own(receiver: WebhookReceiver, poster: Poster):
    await poster.post(f"{receiver.url}?token=a%2fb%7E+c", [], BODY)
    [came] = receiver.received
    assert came.query == "token=a%2fb%7E+c"


async def test_a_name_with_several_addresses_is_tried_at_each(receiver: WebhookReceiver):
    _, _, port = receiver.target.partition(":")
    poster = Poster(frozenset({f"localhost:{port}"}))
    assert (await poster.post(f"http://localhost:{port}/hook", [], BODY)).status == 200
    await poster.close()


async def test_an_endpoint_that_stalls_is_given_up(
    receiver: WebhookReceiver, poster: Poster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.notifications.delivery.post.PATIENCE_SECONDS", 0.05)
    never = asyncio.Event()
    receiver.replies.append(Reply(after=never))
    assert (await poster.post(receiver.url, [], BODY)).error == "TimeoutError"
    never.set()


@pytest.mark.parametrize("status", [200, 503])
async def test_a_body_that_never_ends_does_not_change_what_the_status_says(
    monkeypatch: pytest.MonkeyPatch, status: int
):
    monkeypatch.setattr("services.notifications.delivery.post.READING_SECONDS", 0.05)
    gone = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d OK\r\ncontent-length: 99\r\n\r\nslow" % status)
        await reader.read()
        gone.set()
        writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1") as server:
        target = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        poster = Poster(frozenset({target}))
        answer = await poster.post(f"http://{target}/hook", [], BODY)
        await asyncio.wait_for(gone.wait(), 10)
        await poster.close()
    assert (answer.status, answer.text) == (status, "slow")


async def test_a_body_that_breaks_off_does_not_change_what_the_status_says():
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf")
        writer.close()

    async with await asyncio.start_server(break_off, "127.0.0.1") as server:
        target = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        poster = Poster(frozenset({target}))
        answer = await poster.post(f"http://{target}/hook", [], BODY)
        await poster.close()
    assert (answer.status, answer.text) == (200, "half")


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
    receiver: WebhookReceiver, poster: Poster, written: str, seconds: int | None
):
    receiver.replies.append(Reply(503, {"Retry-After": written}))
    answer = await poster.post(receiver.url, [], BODY)
    assert answer.status == 503
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))
