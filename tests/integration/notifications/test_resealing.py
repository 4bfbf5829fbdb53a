"""A key of the settings is replaced without anybody noticing, and then needed no longer."""

import subprocess

import httpx2
import psycopg
import pytest
from cryptography.fernet import Fernet

from services.notifications import handlers, store, upkeep
from services.notifications.settings import Settings
from shared.db import SYSTEM
from shared.service import Running
from shared.tenancy import acting_for
from shared.vault import Vault
from tests.support.commands import command
from tests.support.notifications import somebody, subscribe
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SEALED = (
    "SELECT sealed_secret, sealed_old_secret, sealed_email FROM subscriptions JOIN contacts ON id = subscription_id"
)


def reseal(running: Running, keys: str) -> subprocess.CompletedProcess[str]:
    return command(running, "reseal", NOTIFICATIONS_SECRET_KEY=keys)


async def sealed(owner: psycopg.AsyncConnection) -> list[bytes]:
    return [bytes(one) for row in await (await owner.execute(SEALED)).fetchall() for one in row]


async def test_secrets_and_contacts_move_to_the_new_key(
    running: Running, http: httpx2.AsyncClient, owner: psycopg.AsyncConnection
):
    who, settings = somebody(), running.settings
    assert isinstance(settings, Settings)
    subscription, _ = await subscribe(running, who)
    async with running.database.transaction(acting_for(who)) as tx:
        await handlers.rotate_secret(tx, who, subscription.id, subscription.version, settings)
    contact = {"contact": {"email": "it-desk@school.example", "language": "en"}}
    await ApiCaller(http, who.org, ("coordinator",)).put(
        f"/v1/subscriptions/{subscription.id}/contact", contact, version=0
    )
    before, old, new = await sealed(owner), settings.secret_key.get_secret_value(), Fernet.generate_key().decode()
    assert len(before) == 3

    told = reseal(running, f"{new},{old}")
    assert (told.returncode, told.stdout.strip()) == (0, "3 secrets and contacts encrypted anew")
    after = await sealed(owner)
    assert [Vault(new).opened(one) for one in after] == [Vault(old).opened(one) for one in before]
    assert reseal(running, f"{new},{old}").stdout.strip() == "0 secrets and contacts encrypted anew"
    assert reseal(running, new).returncode == 0


async def test_what_no_key_opens_is_left_and_said(running: Running):
    subscription, _ = await subscribe(running, somebody())
    told = reseal(running, Fernet.generate_key().decode())
    assert told.returncode == 1
    assert str(subscription.id) in told.stdout
    assert "cannot be decrypted" in told.stderr


async def test_what_was_changed_meanwhile_is_not_overwritten(running: Running):
    who, settings = somebody(), running.settings
    assert isinstance(settings, Settings)
    subscription, _ = await subscribe(running, who)
    column = store.SEALED[0]
    async with running.database.transaction(SYSTEM) as tx:
        [before] = await store.next_sealed(tx, column, upkeep.FIRST, 10)
    async with running.database.transaction(acting_for(who)) as tx:
        await handlers.rotate_secret(tx, who, subscription.id, subscription.version, settings)
    async with running.database.transaction(SYSTEM) as tx:
        assert not await store.save_resealed(tx, column, before, b"")
        [kept] = await store.next_sealed(tx, column, upkeep.FIRST, 10)
    assert settings.vault.opened(kept.sealed)
