"""Notices by e-mail: from the event that causes one to what a mail server is handed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from services.notifications import workers
from services.notifications.domain.subscriptions import Subscription
from services.notifications.mailing import Mailer
from services.notifications.settings import Settings
from shared import clock
from shared.auth import Principal
from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing
from shared.service import Running
from shared.settings import PlatformSettings
from tests.support.certificates import self_signed
from tests.support.mail_server import HOST, MailServer, mail_server
from tests.support.notifications import somebody, subscribe
from tests.support.running import ApiCaller, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

ADDRESS = "it-desk@school.example"
SINCE = datetime(2026, 11, 20, 8, tzinfo=UTC)


def caller(http: httpx2.AsyncClient, who: Principal) -> ApiCaller:
    return ApiCaller(http, who.org, tuple(who.roles))


def failing(subscription: Subscription) -> SubscriptionFailing:
    return SubscriptionFailing(
        subscription_id=subscription.id,
        version=subscription.version,
        owner_id=subscription.owner_id,
        failing_since=SINCE,
        disabled_at=SINCE + timedelta(days=5),
    )


def disabled(subscription: Subscription) -> SubscriptionDisabled:
    return SubscriptionDisabled(
        subscription_id=subscription.id, version=3, owner_id=subscription.owner_id, failed_deliveries=1
    )


async def subscribed(running: Running, http: httpx2.AsyncClient, language: str = "fr") -> Subscription:
    """A subscription with a contact."""
    who = somebody()
    subscription, _ = await subscribe(running, who)
    contact = {"contact": {"email": ADDRESS, "language": language}}
    named = await caller(http, who).put(f"/v1/subscriptions/{subscription.id}/contact", contact, version=0)
    assert named.status_code == 200, named.text
    return subscription


def mailing(running: Running, server: MailServer, **changes: Any) -> Mailer:
    assert isinstance(running.settings, Settings)
    given = {"smtp_host": HOST, "smtp_port": server.port, "smtp_security": "none", **changes}
    return Mailer(running.settings.model_copy(update=given))


async def make_due(owner: psycopg.AsyncConnection) -> None:
    await owner.execute("UPDATE notices SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")


async def test_a_contact_is_told_in_its_language_that_nothing_arrives_and_later_that_this_is_the_end(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    subscription = await subscribed(running, http)
    platform = PlatformSettings.model_validate({"public_url": "https://acquis.example"})
    async with mail_server() as server:
        mailer = mailing(running, server, platform=platform, retention_days=30)
        await tell(running, failing(subscription))
        assert await mailer.run(running) == 1
        await owner.execute("UPDATE subscriptions SET state = 'disabled'")
        await tell(running, disabled(subscription))
        assert await mailer.run(running) == 1
        assert await mailer.run(running) == 0
    warning, end = server.received
    assert (warning["To"], warning["Content-Language"], warning["Auto-Submitted"]) == (ADDRESS, "fr", "auto-generated")
    assert warning["Subject"] == "Acquis : les webhooks n’arrivent plus à hooks.school.example"  # noqa: RUF001 - French
    assert "2026-11-25 08:00 UTC" in warning.get_content()
    assert "reste 30" in warning.get_content()
    assert f"https://acquis.example/notifications/pages/subscriptions/{subscription.id}" in end.get_content()
    assert "désactivé" in end["Subject"]


async def test_the_same_event_heard_twice_is_one_notice(running: Running, http: httpx2.AsyncClient):
    subscription = await subscribed(running, http)
    said = failing(subscription)
    async with mail_server() as server:
        await tell(running, said)
        await tell(running, said)
        while await mailing(running, server).run(running):
            pass
    assert len({message["Message-ID"] for message in server.received}) == len(server.received)


async def test_what_the_mail_server_puts_off_is_sent_later_as_the_same_message(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    await tell(running, failing(await subscribed(running, http)))
    async with mail_server() as server:
        server.refusals = ["451 Try again later"]
        mailer = mailing(running, server)
        await mailer.run(running)
        assert (server.received, await mailer.run(running)) == ([], 0)
        await make_due(owner)
        await mailer.run(running)
    assert len(server.received) == 1


async def test_a_mail_server_that_is_away_loses_nothing(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    await tell(running, failing(await subscribed(running, http)))
    assert await mailing(running, MailServer(port=1)).run(running) == 1
    await make_due(owner)
    async with mail_server() as server:
        await mailing(running, server).run(running)
    assert len(server.received) == 1


async def test_what_the_mail_server_refuses_for_good_is_given_up(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    await tell(running, failing(await subscribed(running, http)))
    async with mail_server() as server:
        server.refusals = ["550 No such user"]
        await mailing(running, server).run(running)
        await make_due(owner)
        assert await mailing(running, server).run(running) == 0
    assert server.received == []


@pytest.mark.parametrize(
    "since_then",
    [
        "UPDATE subscriptions SET state = 'deleted'",
        "UPDATE subscriptions SET state = 'disabled'",
        "UPDATE contacts SET sealed_email = NULL",
        "UPDATE notices SET created_at = now() - interval '4 days'",
    ],
    ids=["deleted", "disabled meanwhile", "nobody to tell", "outdated"],
)
async def test_what_nobody_needs_to_hear_any_more_is_not_sent(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection, since_then: str
):
    await tell(running, failing(await subscribed(running, http)))
    await owner.execute(since_then.encode())
    async with mail_server() as server:
        assert await mailing(running, server).run(running) == 0
    assert server.received == []


async def test_mail_goes_only_to_a_server_with_the_certificate_that_is_asked_for(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection, tmp_path: Path
):
    await tell(running, failing(await subscribed(running, http)))
    async with mail_server(self_signed(HOST, tmp_path)) as server:
        await mailing(running, server, smtp_security="starttls").run(running)
        assert server.received == []
        await make_due(owner)
        await mailing(running, server, smtp_security="starttls", smtp_ca=tmp_path / "server.pem").run(running)
    assert len(server.received) == 1


async def test_nothing_is_sent_unless_a_mail_server_is_set(running: Running):
    assert isinstance(running.settings, Settings)
    assert "mail" not in {worker.name for worker in workers.workers(running.settings)}
    with_mail = running.settings.model_copy(update={"smtp_host": HOST})
    assert "mail" in {worker.name for worker in workers.workers(with_mail)}


async def test_the_address_goes_with_its_subscription_and_old_notices_with_time(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    await tell(running, failing(await subscribed(running, http)))
    await owner.execute("UPDATE subscriptions SET state = 'deleted'")
    await owner.execute(
        "UPDATE notices SET next_attempt_at = NULL, created_at = %s", [clock.now() - timedelta(days=91)]
    )
    await workers.prune(timedelta(days=90), running)
    for table in ("contacts", "notices"):
        rows = await owner.execute(f"SELECT FROM {table}".encode())
        assert await rows.fetchall() == []
