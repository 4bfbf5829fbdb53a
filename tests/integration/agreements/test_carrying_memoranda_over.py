"""Memoranda that were there before there was more to them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic_core import to_json

from deploy.local.servers import Servers
from services.agreements import store
from services.agreements.app import service
from services.agreements.tables import DUE_TRANSITIONS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.paging import PageRequest
from shared.service import Running
from tests.support.agreeing import HOME, HOST, MEMORANDUM_TERMS
from tests.support.databases import throwaway_database
from tests.support.learners import SettingsWithKey

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

APPROVED_AT = datetime(2026, 2, 2, 12, tzinfo=UTC)
ACTIVE, REJECTED = UUID(int=1), UUID(int=2)
ADD = """
INSERT INTO institutions (id, version, country, functions) VALUES (:home, 1, 'MT', '{}'), (:host, 1, 'IT', '{}')
    ON CONFLICT DO NOTHING;
INSERT INTO memoranda VALUES
    (:id, 4, :state, :home, ARRAY[:home, :host]::uuid[], :terms, '{}', 1, 'hash', 'profile', :approvals, :ending);
INSERT INTO memorandum_versions VALUES (:id, 1, 'hash', 'profile', :terms, :home, :at);
"""


async def add(running: Running, **row: Any) -> None:
    """As the version before wrote it."""
    approvals = [
        {"institution_id": party, "signatory": "-", "approved_at": APPROVED_AT - timedelta(hours=place)}
        for place, party in enumerate((HOME, HOST))
    ]
    usual = {
        "home": HOME,
        "host": HOST,
        "terms": to_json({name: value for name, value in vars(MEMORANDUM_TERMS).items() if value is not None}).decode(),
        "approvals": to_json(approvals).decode(),
        "ending": None,
        "at": APPROVED_AT,
    }
    async with running.database.transaction(SYSTEM) as tx:
        for statement in ADD.strip().split(";")[:-1]:
            await tx.execute(sa.text(statement), usual | row)


async def test_what_was_active_is_so_still_and_time_goes_on(infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as made:
        settings = SettingsWithKey.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0001")
        running = Running(old)
        ending = to_json({"institution_id": HOST, "reason": "No.", "ended_at": APPROVED_AT}).decode()
        await add(running, id=ACTIVE, state="active")
        await add(running, id=REJECTED, state="rejected", ending=ending)
        await migrate(old)
        body = Principal("officer", roles=frozenset({"competent_body"}), countries=frozenset({"IT"}))
        async with running.database.transaction("IT") as tx:
            active = await store.load_memorandum(tx, ACTIVE, body)
            (signed,) = (await store.list_versions(tx, ACTIVE, body, PageRequest())).items
            (refused,) = (await store.list_versions(tx, REJECTED, body, PageRequest())).items
        async with running.database.transaction(SYSTEM) as tx:
            (due,) = (await tx.execute(sa.select(DUE_TRANSITIONS))).all()
        await running.close()
    assert (active.terms, active.proposed_by, active.countries) == (MEMORANDUM_TERMS, HOME, ("IT", "MT"))
    assert (active.contents, active.suspensions, active.amendment) == (1, (), None)
    assert (signed.in_force_at, len(signed.approvals or ())) == (APPROVED_AT, 2)
    assert (refused.dropped_at, refused.in_force_at) == (APPROVED_AT, None)
    assert (due.aggregate_id, due.command, due.due_at) == (ACTIVE, "expire", datetime(2029, 1, 1, tzinfo=UTC))
