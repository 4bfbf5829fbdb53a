"""An endpoint to try webhooks with: verifies each, prints it, and answers as you tell it to.

Run it with the secret of a subscription; docs/receiving-webhooks.md walks through it. `make run` lets webhooks
go to this port; an Acquis elsewhere needs an address on the public internet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, Any

import typer
from standardwebhooks import Webhook, WebhookVerificationError

HOST = "127.0.0.1"
PORT = 8090
LONGEST = 1_048_576

Secrets = Annotated[list[str], typer.Option("--secret", help="As shown when you subscribed; twice during a rotation.")]
Port = Annotated[int, typer.Option(help="Port to listen on; `make run` lets webhooks go to the usual one.")]
Answer = Annotated[int, typer.Option(min=200, max=599, help="Status for what is verified: try 410, 429 or 503.")]
FailFirst = Annotated[int, typer.Option(min=0, help="Answer so many with 503 before: see them come again.")]


@dataclass
class Endpoint:
    """What comes of one POST after the other."""

    secrets: Sequence[str]
    answer: int = HTTPStatus.OK
    fail_first: int = 0
    show: Callable[[str], None] = print
    seen: set[str] = field(default_factory=set)

    def receive(self, body: bytes, headers: dict[str, str]) -> int:
        """The status to answer with; 401 for what nobody who knows a secret has signed just now."""
        event = self._verified(body, headers)
        if event is None:
            self.show("refused: no valid signature")
            return HTTPStatus.UNAUTHORIZED
        message_id = headers["webhook-id"]
        again = " (again)" if message_id in self.seen else ""
        self.seen.add(message_id)
        self.show(f"{message_id} {event.get('type', 'no type')} about {event.get('subject', 'nothing')}{again}")
        if self.fail_first:
            self.fail_first -= 1
            return HTTPStatus.SERVICE_UNAVAILABLE
        return self.answer

    def _verified(self, body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        for secret in self.secrets:
            try:
                return dict(Webhook(secret).verify(body, headers))
            except (WebhookVerificationError, ValueError, TypeError):
                continue
        return None


class Server(HTTPServer):
    """One request at a time, as it comes."""

    def __init__(self, endpoint: Endpoint, port: int) -> None:
        super().__init__((HOST, port), Handler)
        self.endpoint = endpoint

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Server

    def do_POST(self) -> None:
        self.send_response(self._status(_length(self.headers)))
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")  # or an idle connection would keep others waiting
        self.end_headers()

    def _status(self, length: int) -> int:
        if length > LONGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.endpoint.receive(self.rfile.read(length), headers)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in http.server
        """Nothing: the endpoint has said what matters."""


def _length(headers: Message) -> int:
    announced = headers.get("Content-Length", "0")
    return int(announced) if announced.isdecimal() else 0


def main(secrets: Secrets, port: Port = PORT, answer: Answer = HTTPStatus.OK, fail_first: FailFirst = 0) -> None:
    """Receive webhooks on this machine, verify each with the secret, and print it, until Ctrl-C."""
    with Server(Endpoint(secrets, answer, fail_first), port) as server:
        print(f"Subscribe with the url {server.url} and leave this open; Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Ended.")


if __name__ == "__main__":
    typer.run(main)
