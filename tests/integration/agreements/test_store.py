from uuid import UUID

import pytest

from services.agreements import store
from shared.auth import Principal
from shared.db import SYSTEM
from shared.problems import VersionMismatch
from shared.service import Running
from tests.integration.agreements.conftest import World
from tests.support.builders.catalogue import MALTA

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(world: World, agreements: Running):
    """Even by a use case that forgot to lock it."""
    drafted = await world.drafted_agreement()
    coordinator = Principal("coordinator", org=MALTA.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(SYSTEM) as tx:
        memorandum = await store.load_memorandum(tx, UUID(drafted["memorandum_id"]), coordinator)
        agreement = await store.load_learning_agreement(tx, UUID(drafted["learning_agreement_id"]), coordinator)
        with pytest.raises(VersionMismatch):
            await store.save_memorandum(tx, memorandum)
        with pytest.raises(VersionMismatch):
            await store.save_learning_agreement(tx, agreement)
