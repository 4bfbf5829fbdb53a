"""What was recognised in part before anybody could appeal can be appealed against from now on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from deploy.local.servers import Servers
from services.recognition.app import service
from services.recognition.settings import Settings
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.service import Running
from tests.support.databases import throwaway_database

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

POLICY, PARTLY, WHOLE = UUID(int=1), UUID(int=2), UUID(int=3)
BEFORE = (
    """
    INSERT INTO known_country_policies (id, version, data, country)
    VALUES (:policy, 1, '{"appeal_days": 30}', 'MT')
    """,
    *(
        f"""
        INSERT INTO decisions (decision_id, version, learner_id, home_id, home_country, host_id, host_country,
            qualification_id, unit_id, learning_agreement_id, transcript_id, transcript_version, qualification_version,
            state, mode, validation_id, memorandum_id, memorandum_version, memorandum_hash, learning_agreement_version,
            learning_agreement_hash, transcript_hash, country_policy_id, country_policy_version, reasons, trace,
            assessed_on, decided_at)
        VALUES ('{decision_id}', 1, :any, :any, 'MT', :any, 'IT', :any, '{decision_id}', :any, :any, 1, 1, '{state}',
            'automatic', :any, :any, 1, '', 1, '', '', :policy, 1, '{{}}', '[]', '2026-03-27', '2026-03-30')
        """  # noqa: S608 - constants of ours
        for decision_id, state in ((PARTLY, "partially_recognised"), (WHOLE, "recognised"))
    ),
)
LAST_DAYS = sa.text("SELECT decision_id, appeal_until FROM decisions")


async def test_what_was_recognised_in_part_can_be_appealed_against_from_now_on(infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as made:
        old = service(Settings.model_validate({"database_url": made.url, "owner_database_url": made.owner_url}))
        await migrate(old, to="0004")
        running = Running(old)
        async with running.database.transaction(SYSTEM) as tx:
            for statement in BEFORE:
                await tx.execute(sa.text(statement), {"policy": POLICY, "any": uuid4()})
        await migrate(old)
        async with running.database.transaction(SYSTEM) as tx:
            last_days = {row.decision_id: row.appeal_until for row in await tx.execute(LAST_DAYS)}
        await running.close()
    today = datetime.now(UTC).date()
    assert last_days[PARTLY] in {today + timedelta(days=days) for days in (29, 30)}
    assert last_days[WHOLE] is None
