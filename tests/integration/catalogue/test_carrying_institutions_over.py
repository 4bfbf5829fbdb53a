"""Institutions that were registered before there were duplicates to look for are looked for too."""

from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from deploy.local.servers import Servers
from services.catalogue import store
from services.catalogue.app import service
from services.catalogue.settings import Settings
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.service import Running
from tests.support.builders.catalogue import MALTA
from tests.support.builders.catalogue_aggregates import institution
from tests.support.databases import throwaway_database
from tests.support.running import ApiCaller, api_of

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

GONE = (uuid4(), "School of Curaçao", "AN")
"""Of a country that is on no list any more."""
BEFORE = sa.text(
    "INSERT INTO institutions (institution_id, version, name, country, competences, demo)"
    " VALUES (:institution_id, 4, :name, :country, '[]', true)"
)


async def test_what_was_registered_before_is_what_it_was_and_found_by_its_name(infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as made:
        settings = Settings.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0001")
        running = Running(old)
        async with running.database.transaction(SYSTEM) as tx:
            for institution_id, name, country in ((MALTA.institution_id, MALTA.name.upper(), "MT"), GONE):
                await tx.execute(BEFORE, {"institution_id": institution_id, "name": name, "country": country})
        await migrate(old)
        async with running.database.transaction("MT") as tx:
            (kept,) = await store.find_similar(tx, replace(institution(), institution_id=uuid4()))
            await store.save(tx, replace(kept, version=5))
        async with api_of(running) as http:
            listed = (await ApiCaller(http, None, ("operator",)).get("/v1/institutions")).json()["items"]
            countries = (await http.get("/v1/countries")).json()["items"]
        await running.close()
    assert (kept.version, kept.name, kept.merged_into_id) == (4, MALTA.name.upper(), None)
    assert {one["country"] for one in listed} == {"MT", "AN"}
    assert countries[0] == {"country": "AN", "name": "AN"}
