"""Sending notices by e-mail: claim, write, hand to the mail server, record."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import structlog
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from cryptography.fernet import InvalidToken

from services.notifications import letters, store
from services.notifications.domain import notices
from services.notifications.settings import Settings
from services.notifications.store import ClaimedNotice
from shared import clock
from shared.db import SYSTEM
from shared.service import Running

LOG = structlog.get_logger(__name__)
AT_ONCE = 10
PATIENCE_SECONDS = 20
LEASE = timedelta(minutes=5)
"""Longer than so many notices take at the most."""
NEVER = 500
"""SMTP replies from here on say that trying again is no use (RFC 5321, 4.2.1)."""


class Mailer:
    """A crash between sending and recording sends the notice again, with the same `Message-ID`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._vault = settings.vault

    async def run(self, running: Running) -> int:
        """Send a few of those that are due; how many there were."""
        async with running.database.transaction(SYSTEM) as tx:
            claimed = await store.claim_notices(tx, at_most=AT_ONCE, lease=LEASE, outdated_after=notices.OUTDATED_AFTER)
        for notice in claimed:
            await self._send(running, notice)
        return len(claimed)

    async def _send(self, running: Running, notice: ClaimedNotice) -> None:
        sent_at = next_attempt_at = None
        try:
            await self._hand_over(self._message(notice))
            sent_at = clock.now()
        except (SMTPException, OSError, InvalidToken) as error:
            # Not what the error says: servers repeat the address in it.
            LOG.warning("notice not sent", notice=str(notice.id), error=type(error).__name__)
            next_attempt_at = None if _is_final(error) else notices.next_attempt(notice.attempts, clock.now())
        async with running.database.transaction(SYSTEM) as tx:
            await store.settle_notice(tx, notice, sent_at=sent_at, next_attempt_at=next_attempt_at)
        running.metrics.work.labels("mail", "sent" if sent_at else "failed").inc()

    def _message(self, notice: ClaimedNotice) -> EmailMessage:
        sender, home = self._settings.mail_from, self._settings.platform.home_of("notifications")
        page = f"{home}pages/subscriptions/{notice.subscription_id}" if home else None
        days = self._settings.retention_days
        letter = letters.write(notice.about, notice.url, notice.language, page=page, days=days)
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self._vault.opened(notice.sealed_email).decode()
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies are for people
        message.set_content(letter.text)
        message["Content-Language"] = notice.language
        return message

    async def _hand_over(self, message: EmailMessage) -> None:
        given = self._settings
        await aiosmtplib.send(
            message,
            hostname=given.smtp_host,
            port=given.smtp_port,
            username=given.smtp_username,
            password=given.smtp_password.get_secret_value() if given.smtp_password else None,
            use_tls=given.smtp_security == "tls",
            start_tls=given.smtp_security == "starttls",
            cert_bundle=str(given.smtp_ca) if given.smtp_ca else None,
            timeout=PATIENCE_SECONDS,
        )


def _is_final(error: Exception) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(_is_final(refused) for refused in error.recipients)
    if isinstance(error, SMTPResponseException):
        return error.code >= NEVER
    return isinstance(error, InvalidToken)
