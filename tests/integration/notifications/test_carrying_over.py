"""What was there before a migration is there after it, in its new form."""

from uuid import uuid4

import psycopg
import pytest

from deploy.local.servers import Servers
from services.notifications.app import service
from shared.auth import Principal
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.service import Running
from tests.support.databases import throwaway_database
from tests.support.notifications import SettingsWithKey, hear, review, somebody

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SUBSCRIBED = """
INSERT INTO subscriptions
    (id, owner_id, url, event_types, countries, qualification_ids, sealed_secret, created_at, state, version)
VALUES (gen_random_uuid(), %s, 'https://hooks.school.example/', '{}', %s, '{}', '', now(), %s, 1)
"""


async def test_the_countries_of_a_subscription_have_become_grants_of_its_owner(infrastructure: Servers):
    ministry, school, gone = somebody("competent_body", countries=["FR"]), somebody(), uuid4()
    async with throwaway_database(infrastructure.database_url) as made:
        settings = SettingsWithKey.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        await migrate(service(settings), to="0002")
        options = f"-c acquis.institution={SYSTEM}"
        async with await psycopg.AsyncConnection.connect(made.owner_url, options=options) as owner:
            for who, countries, state in (
                (ministry.org, ["FR", "MT"], "active"),
                (ministry.org, ["FR"], "disabled"),
                (school.org, [], "active"),
                (gone, ["FR"], "deleted"),
            ):
                await owner.execute(SUBSCRIBED, [who, countries, state])
        await migrate(service(settings))
        async with await psycopg.AsyncConnection.connect(made.owner_url, options=options) as owner:
            granted = await owner.execute("SELECT grantee_id, country, state FROM scope_grants ORDER BY country")
            assert await granted.fetchall() == [(ministry.org, "FR", "granted"), (ministry.org, "MT", "granted")]
        running = Running(service(settings))
        await _is_heard_by(running, ministry)
        await running.close()


async def _is_heard_by(running: Running, ministry: Principal) -> None:
    await hear(running, review())
    async with running.database.transaction(SYSTEM) as tx:
        result = await tx.exec_driver_sql("SELECT owner_id FROM deliveries")
        assert result.scalars().all() == [ministry.org]
