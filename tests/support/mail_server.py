"""A mail server on this machine: keeps what it is handed, and refuses what it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

HOST = "localhost"


@dataclass
class MailServer:
    port: int = 0
    refusals: list[str] = field(default_factory=list)
    """Replies instead of taking a message, used up one by one."""
    received: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert envelope.rcpt_tos == [message["To"]]
        self.received.append(message)
        return "250 OK"


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """With `tls`, it takes mail only after STARTTLS."""
    handed = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handed, tls_context=tls, require_starttls=tls is not None, loop=loop), "127.0.0.1", 0
    )
    async with server:
        handed.port = server.sockets[0].getsockname()[1]
        yield handed
