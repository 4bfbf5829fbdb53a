"""Learners who were there before there was more to know of them."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from deploy.local.servers import Servers
from services.agreements import store, upkeep
from services.agreements.app import service
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.service import Running
from tests.integration.agreements.conftest import LEARNERS, World, answered, hear, refused
from tests.support.builders.agreement_bodies import learner_body
from tests.support.builders.catalogue import FACTS, MALTA
from tests.support.databases import throwaway_database
from tests.support.learners import SettingsWithKey
from tests.support.running import api_of

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

LEARNER = UUID(int=1)
ADD = sa.text(
    "INSERT INTO learners (id, version, home_id, given_name, family_name, birth_date, email)"
    " VALUES (:id, 1, :home_id, :given_name, :family_name, :birth_date, :email)"
)


async def test_who_was_registered_stays_so_is_found_again_and_can_be_erased(infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as made:
        settings = SettingsWithKey.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0001")
        running = Running(old)
        body = learner_body(email="marija@example.org")
        async with running.database.transaction(SYSTEM) as tx:
            await tx.execute(ADD, body | {"id": LEARNER, "home_id": MALTA.institution_id})
        await migrate(old)
        await hear(running, FACTS)
        assert [list(one.done) async for one in upkeep.reseal(running, settings.vault)] == [[LEARNER]]
        async with api_of(running) as http:
            home = World(http).home()
            learner = answered(await home.get(f"{LEARNERS}/{LEARNER}"))
            assert learner | body == learner
            assert learner["retention"]["basis"] == "registration"
            refused(await home.post(LEARNERS, body), "duplicate-learner")
            answered(await home.post(f"{LEARNERS}/{LEARNER}/erasure", {"reason": "requested"}, version=1))
        async with running.database.transaction(SYSTEM) as tx:
            assert (await store.load_learner(tx, LEARNER, None)).personal is None
        await running.close()
